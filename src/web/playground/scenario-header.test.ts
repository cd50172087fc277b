import fc from "fast-check";
import { expect, test } from "vitest";
import { ARCH_NAMES, DESIGN_NAMES, load } from "../../scenario/index.ts";
import { DANGLES } from "../model/sample-run.ts";
import { headerOf, withHeader } from "./scenario-header.ts";

const headers = fc
  .record({
    arch: fc.constantFrom(...ARCH_NAMES),
    design: fc.constantFrom(...DESIGN_NAMES),
    without: fc.uniqueArray(fc.constantFrom("Z11", "Z31", "Z33"), { maxLength: 3 }),
  })
  .map((it) => ({ ...it, design: it.arch.startsWith("powerpc") ? it.design : undefined }));

test("a scenario for another machine is for that one alone, and says the same for the rest", () => {
  fc.assert(
    fc.property(headers, headers, (first, second) => {
      const text = withHeader(withHeader(DANGLES, first), second);
      const loaded = load(text);
      const programs = loaded.ok ? loaded.value.programs : [];
      expect(programs.map(headerOf)).toEqual([second]);
      expect(withHeader(text, { arch: "powerpc-dawr", design: "b", without: [] })).toBe(DANGLES);
    }),
  );
});

test("a scenario that says no machine gets one behind its first remarks", () => {
  const text = "# what it is about\nvar x 8\n";
  expect(withHeader(text, { arch: "x86", design: undefined, without: [] })).toBe(
    "# what it is about\narch x86\nvar x 8\n",
  );
});
