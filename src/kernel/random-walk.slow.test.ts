import { describe, expect, test } from "vitest";
import { type Draw, drawsOf } from "../base/index.ts";
import { type Action, decodeAction, type Footprint, Violation } from "../machine/index.ts";
import { boot } from "./boot.ts";
import type { Kernel } from "./kernel.ts";
import { randomProgram } from "./random-program.ts";
import { walkAtRandom } from "./random-walk.ts";

const MACHINES = [
  { arch: "x86" },
  { arch: "powerpc-dawr", design: "d" },
  { arch: "powerpc-dawr", design: "c" },
  { arch: "powerpc-p10", design: "b" },
  { arch: "arm64" },
] as const;
const STEPS = 20_000; // each; npm run bench:walk takes a million
const BOUNDS = { tasks: 6, events: 40 };

function newKernel(machine: (typeof MACHINES)[number], draw: Draw): Kernel {
  const program = randomProgram(draw, { ...machine, cpus: 2, actors: 4, statements: 18 });
  return boot(program, { bounds: BOUNDS });
}

describe.each(MACHINES)("$arch $design", (machine) => {
  test("a random walk through random programs violates no assertion of our own", () => {
    let steps = 0;
    let programs = 0;
    let clean = 0;
    for (let seed = 1; steps < STEPS; seed++) {
      const draw = drawsOf(seed);
      const result = walkAtRandom(newKernel(machine, draw), draw);
      steps += result.steps + 1;
      programs++;
      if (result.violated === "") clean++;
    }
    expect(programs).toBeGreaterThan(10);
    expect(clean / programs).toBeGreaterThan(0.9);
  });
});

const touches = (a: Footprint, b: Footprint) =>
  (a.writtenLow & (b.readLow | b.writtenLow)) !== 0 ||
  (a.writtenHigh & (b.readHigh | b.writtenHigh)) !== 0;

/** The footprint of one action from here, which is taken back; undefined if it is a violation. */
function footprintOf(kernel: Kernel, action: Action): Footprint | undefined {
  const mark = kernel.state.mark();
  kernel.state.clearFootprint();
  try {
    kernel.machine.perform(action);
    return kernel.state.footprint;
  } catch (error) {
    if (error instanceof Violation) return undefined;
    throw error;
  } finally {
    kernel.state.undo(mark);
  }
}

function hashAfter(kernel: Kernel, ...actions: readonly Action[]): string {
  const { state, machine } = kernel;
  const mark = state.mark();
  for (const action of actions) machine.perform(action);
  const hash = `${state.hashLow} ${state.hashHigh}`;
  state.undo(mark);
  return hash;
}

test("steps of two processors whose footprints do not meet lead to one state in either order", () => {
  let compared = 0;
  for (let seed = 1; compared < 1000; seed++) {
    const draw = drawsOf(seed);
    const kernel = newKernel({ arch: "x86" }, draw);
    const actions: Action[] = [];
    for (let step = 0; step < 300; step++) {
      kernel.machine.actions(actions);
      const [a, b] = [actions[draw(actions.length)], actions[draw(actions.length)]];
      if (a === undefined || b === undefined) break;
      if (decodeAction(a).cpu !== decodeAction(b).cpu) {
        const [one, other] = [footprintOf(kernel, a), footprintOf(kernel, b)];
        if (one && other && !touches(one, other) && !touches(other, one)) {
          expect(hashAfter(kernel, a, b)).toBe(hashAfter(kernel, b, a));
          compared++;
        }
      }
      if (footprintOf(kernel, a) === undefined) break;
      kernel.machine.perform(a);
    }
  }
});
