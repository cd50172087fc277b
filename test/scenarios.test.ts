import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatDiagnostic, load, print } from "../src/scenario/index.ts";

const files = globSync("scenarios/*/*.scn").sort();

test("the library is there", () => {
  expect(files.length).toBeGreaterThan(150);
});

test.each(files)("%s can be run, needs no formatting and names its source", (file) => {
  const text = readFileSync(file, "utf8");
  const loaded = load(text);
  const said = loaded.ok ? loaded.value.warnings : loaded.error;
  expect(said.map((it) => formatDiagnostic(it, file, text))).toEqual([]);
  expect(loaded.ok && print(loaded.value.scenario)).toBe(text);
  expect(text).toMatch(/^# Source: \S/m);
});

test.each(files.filter((file) => file.includes("/bugs/")))("%s says what goes wrong", (file) => {
  const loaded = load(readFileSync(file, "utf8"));
  const programs = loaded.ok ? loaded.value.programs : [];
  expect(programs.length).toBeGreaterThan(0);
  for (const { machine, withoutFixes, never, expect: claims, steps } of programs) {
    expect(withoutFixes.length > 0 || machine.design !== undefined).toBe(true);
    const refused = steps.filter((step) => step.expected.every((it) => it.kind === "errno"));
    expect(never.length + claims.length + refused.length).toBeGreaterThan(0);
  }
});
