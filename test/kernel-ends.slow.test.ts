import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { explorableProgram } from "../src/check/index.ts";
import { findEndless } from "../src/explore/index.ts";
import { type DesignName, load, type Program } from "../src/scenario/index.ts";

function programOf(name: string): Program {
  const loaded = load(readFileSync(`scenarios/${name}.scn`, "utf8"));
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error(`${name}: no program`);
  return program;
}

/** Kernel threads may preempt every task at every step; each task gets its turn all the same. */
test.each<[string, DesignName | undefined]>([
  ["bugs/oops-2016", "a"],
  ["bugs/oops-2016", "d"],
  ["conformance/kunit-k1-one-cpu", undefined],
  ["bugs/z23-bpf-handler", undefined],
])("%s, design %s: exit, close and all else end in every fair run", (name, design) => {
  const program = programOf(name);
  const machine = design === undefined ? program.machine : { ...program.machine, design };
  const result = findEndless(explorableProgram({ ...program, machine, withoutFixes: [] }, name));
  expect(result).toMatchObject({ isComplete: true, endless: undefined });
  expect(result.states).toBeGreaterThan(100);
});
