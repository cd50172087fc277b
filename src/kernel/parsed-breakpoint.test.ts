import fc from "fast-check";
import { expect, test } from "vitest";
import { ARCHITECTURES } from "../arch/index.ts";
import { AddressSpace, PER_TASK } from "./address-space.ts";
import { FLAG } from "./event-state.ts";
import { load, ProgramBuilder, store } from "./program-builder.ts";

const program = new ProgramBuilder({ arch: "x86" }).variable("x", 64).build();
const archs = Object.values(ARCHITECTURES);

const breakpoint = fc.record({
  offset: fc.integer({ min: 0, max: 48 }),
  len: fc.integer({ min: 0, max: 16 }),
  type: fc.integer({ min: 0, max: 5 }),
  modes: fc.constantFrom(0, PER_TASK, FLAG.excludeKernel, FLAG.excludeKernel | PER_TASK),
});
const access = fc.record({
  isLoad: fc.boolean(),
  offset: fc.integer({ min: 0, max: 48 }),
  size: fc.constantFrom(1, 2, 4, 8),
});

test("what is remembered of a breakpoint is what the architecture says, whoever was asked about before", () => {
  const questions = fc.array(fc.tuple(breakpoint, access), { minLength: 100, maxLength: 200 });
  const hits = { traps: 0, counts: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...archs), questions, (arch, asked) => {
      const space = new AddressSpace(arch, program);
      const start = space.addressOf({ name: "x", offset: 0 });
      for (const [{ offset, len, type, modes }, { isLoad, offset: at, size }] of asked) {
        const [touch] = space.touches((isLoad ? load : store)("x", size, at));
        const parsed = space.parse(start + offset, len, type, modes);
        const anew = new AddressSpace(arch, program).parse(start + offset, len, type, modes);
        expect(parsed.result).toEqual(anew.result);
        if (touch === undefined || !parsed.result.ok) continue;
        const installed = parsed.result.value;
        const traps = arch.traps(installed.register, touch.access);
        const counts = arch.accessMatches(installed, touch.access) === "hit";
        expect([parsed.traps(touch), parsed.counts(touch)]).toEqual([traps, counts]);
        hits.traps += traps ? 1 : 0;
        hits.counts += counts ? 1 : 0;
      }
    }),
    { numRuns: 20 },
  );
  expect(Math.min(hits.traps, hits.counts)).toBeGreaterThan(10);
});
