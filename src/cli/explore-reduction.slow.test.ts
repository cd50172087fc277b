import { expect, test } from "vitest";
import { explore } from "../explore/index.ts";
import {
  load,
  type ShortBounds,
  type ShortMachine,
  shortPrograms,
  shortScenario,
  type WordGroup,
} from "../scenario/index.ts";
import { HuntedKernel } from "./explore-model.ts";

type Machine = Pick<ShortMachine, "arch" | "design" | "withoutFixes">;
const A: Machine = { arch: "powerpc-dabr", design: "a", withoutFixes: [] };
const C: Machine = { arch: "powerpc-dawr", design: "c", withoutFixes: [] };
const X86: Machine = { arch: "x86", design: undefined, withoutFixes: [] };

function verdictOf(scenario: string, reduce: boolean) {
  const loaded = load(scenario);
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error(`no program: ${scenario}`);
  const model = new HuntedKernel(program, new Set(), { name: "hunted", detours: false, reduce });
  const { verdict, states } = explore(model, { fuse: true, limits: { states: 5000 } });
  return { verdict, states };
}

// On which `explore` relies where a program is too large in full.
test.each<
  [string, Machine, readonly WordGroup[], { length: number; every: number; fails: number }]
>([
  ["design a, births and exits", A, ["birth", "exit"], { length: 3, every: 1, fails: 1 }],
  ["design c, ioctls", C, ["access", "birth", "ioctl"], { length: 4, every: 3, fails: 1 }],
  ["x86", X86, ["access", "birth", "exit"], { length: 3, every: 1, fails: 0 }],
])("a short program fails reduced where it does in full: %s", (_, machine, words, wanted) => {
  const size = { tasks: 2, cpus: 1, events: 1 } as const;
  const bounds: ShortBounds = { ...size, arch: machine.arch, words: new Set(words) };
  const sums = { full: 0, reduced: 0, fails: 0, programs: 0 };
  for (let length = 1; length <= wanted.length; length++) {
    for (const [at, short] of [...shortPrograms(bounds, length)].entries()) {
      if (at % wanted.every !== 0) continue;
      const scenario = shortScenario(short, { ...machine, cpus: 1 }, { settled: false });
      const full = verdictOf(scenario, false);
      const reduced = verdictOf(scenario, true);
      expect([scenario, reduced.verdict]).toEqual([scenario, full.verdict]);
      sums.full += full.states;
      sums.reduced += reduced.states;
      sums.programs++;
      if (full.verdict === "fail") sums.fails++;
    }
  }
  expect(sums.fails).toBeGreaterThanOrEqual(wanted.fails);
  expect(sums.reduced).toBeLessThan(sums.full);
});
