import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { explorableProgram, missingFixes } from "../src/check/index.ts";
import { type Exploration, explore } from "../src/explore/index.ts";
import type { ExplorableOptions } from "../src/kernel/index.ts";
import { load, type Program } from "../src/scenario/index.ts";

/** What is larger is compared when the nightly script asks for it. */
const { REDUCTION_STATES } = process.env;
const MOST_STATES = Number(REDUCTION_STATES ?? 250);

const files = globSync("scenarios/{bugs,conformance,proofs}/*.scn").sort();

function programOf(text: string): Program {
  const loaded = load(text);
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error("no program");
  return program;
}

function programsOf(file: string): readonly Program[] {
  const loaded = load(readFileSync(file, "utf8"));
  if (!loaded.ok) throw new Error(`${file}: ${loaded.error[0]?.message}`);
  return loaded.value.programs.filter((program) => missingFixes(program).length === 0);
}

interface Explored {
  readonly result: Exploration;
  readonly ends: ReadonlySet<string>;
}

type Left = Pick<ExplorableOptions, "reduce" | "symmetry" | "detours">;

/** Explores a program, and notes in which states nothing could happen any more. */
function explored(program: Program, left: Left, states: number): Explored {
  const model = explorableProgram(program, "it", left);
  const ends = new Set<string>();
  const { memory } = model;
  const atEnd = model.atEnd.bind(model);
  model.atEnd = () => {
    ends.add(`${memory.hashLow} ${memory.hashHigh}`);
    return atEnd();
  };
  return { result: explore(model, { limits: { states }, fuse: true }), ends };
}

describe("what the kernel model leaves out", () => {
  let compared = 0;
  let inFull = 0;
  let reduced = 0;

  test.each(files)("%s: reduced and in full, the same verdict and the same ends", (file) => {
    for (const program of programsOf(file)) {
      for (const detours of [false, true]) {
        const full = explored(program, { detours }, MOST_STATES);
        if (full.result.verdict === "bounded") continue;
        const less = explored(program, { detours, reduce: true }, 2 * MOST_STATES);
        compared++;
        inFull += full.result.states;
        reduced += less.result.states;
        expect(less.result.verdict).toBe(full.result.verdict);
        const failed = full.result.counterexample !== undefined;
        expect(less.result.counterexample !== undefined).toBe(failed);
        // Where something fails each search stops at the first failure that it meets.
        if (!failed) expect(less.ends).toEqual(full.ends);
        const least = explored(program, { detours, reduce: true, symmetry: true }, 2 * MOST_STATES);
        expect(least.result.verdict).toBe(full.result.verdict);
      }
    }
  });

  test("there were many of them, and much was left out", () => {
    expect(compared).toBeGreaterThan(100);
    expect(inFull / reduced).toBeGreaterThan(2);
  });
});

const DISJOINT = `arch powerpc-dawr design d
cpus 2
var x 8
var y 8
task P cpu0
task Q cpu1
P: open e write x
P: store x
P: close e
Q: open f write y
Q: store y
Q: close f
`;

const EQUAL = `arch powerpc-dawr design d
cpus 2
var x 8
task A
task B
task C
A: load x
A: store x
B: load x
B: store x
C: load x
C: store x
`;

test("contexts that have nothing in common: a hundredth of the states is enough", () => {
  const program = programOf(DISJOINT);
  const full = explore(explorableProgram(program, "full"));
  const less = explore(explorableProgram(program, "less", { reduce: true }), { fuse: true });
  expect([full.verdict, less.verdict]).toEqual(["ok", "ok"]);
  expect(full.states / less.states).toBeGreaterThan(100);
});

test("tasks that swap and free each other's contexts: still a fortieth", () => {
  const program = programsOf("scenarios/bugs/w2-swap-dangles.scn")[0];
  if (program === undefined) throw new Error("no program");
  const machine = { ...program.machine, design: "d" as const };
  const calm = { ...program, machine };
  const full = explore(explorableProgram(calm, "full", { detours: false }));
  const less = explore(explorableProgram(calm, "less", { detours: false, reduce: true }), {
    fuse: true,
  });
  expect([full.verdict, less.verdict]).toEqual(["ok", "ok"]);
  expect(full.states / less.states).toBeGreaterThan(40);
});

test("three equal tasks on two equal processors: the doubles of a state have one representative", () => {
  const model = explorableProgram(programOf(EQUAL), "doubles", { symmetry: true });
  const [symmetry] = model.symmetries;
  if (symmetry === undefined) throw new Error("no symmetry");
  expect(model.renamings).toBe(11);
  const { memory } = model;
  const actions = new Int32Array(model.mostActions);
  const first = () => {
    const best = Int32Array.from(memory.words);
    symmetry.apply(memory.words, best);
    return best;
  };
  let compared = 0;
  for (let step = 0; step < 120; step++) {
    const count = model.actions(actions);
    if (count === 0) break;
    model.perform(actions[(step * 7) % count] ?? 0, 0);
    const best = first();
    for (let which = 0; which < model.renamings; which++) {
      const mark = memory.mark();
      const double = symmetry.double(which);
      for (let at = 0; at < double.length; at++) memory.set(at, double[at] ?? 0);
      expect(first()).toEqual(best);
      memory.undo(mark);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(300);
});

test("three equal tasks on two equal processors: the same verdict from a tenth of the states", () => {
  const program = programOf(EQUAL);
  const full = explore(explorableProgram(program, "full"));
  const less = explore(explorableProgram(program, "less", { symmetry: true }));
  expect([full.verdict, less.verdict]).toEqual(["ok", "ok"]);
  expect(full.states / less.states).toBeGreaterThan(10);
});
