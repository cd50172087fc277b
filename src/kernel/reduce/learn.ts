import { type Action, CapacityError, Violation } from "../../machine/index.ts";
import type { Kernel } from "../kernel.ts";
import type { Knowledge } from "./knowledge.ts";

const MOST_RUNS = 120;
/** So many runs in which nothing new was learned are enough. */
const ENOUGH = 8;
const LONGEST = 3000;

/**
 * Lets the reduction see what steps touch, in runs in an arbitrary order. What they do not show is
 * learned in the search itself, which is then repeated.
 */
export function learn(k: Kernel, knowledge: Knowledge): void {
  let seed = 1;
  const draw = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  let quiet = 0;
  for (let run = 0; run < MOST_RUNS && quiet < ENOUGH; run++) {
    const before = knowledge.learned;
    runOnce(k, knowledge, draw);
    quiet = knowledge.learned === before ? quiet + 1 : 0;
  }
}

function runOnce(k: Kernel, knowledge: Knowledge, draw: (below: number) => number): void {
  const actions: Action[] = [];
  const mark = k.state.mark();
  for (let step = 0; step < LONGEST; step++) {
    k.machine.actions(actions);
    const action = actions[draw(Math.max(1, actions.length))];
    if (action === undefined || !perform(k, knowledge, action)) break;
  }
  k.state.undo(mark);
}

function perform(k: Kernel, knowledge: Knowledge, action: Action): boolean {
  try {
    knowledge.begin(action);
    k.machine.perform(action);
    knowledge.end(action);
    return true;
  } catch (error) {
    knowledge.abandon();
    if (error instanceof Violation || error instanceof CapacityError) return false;
    throw error;
  }
}
