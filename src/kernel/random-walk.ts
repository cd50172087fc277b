import type { Draw } from "../base/index.ts";
import { type Action, Violation } from "../machine/index.ts";
import { checkNobodyHangs } from "./end-state.ts";
import type { Kernel } from "./kernel.ts";
import { checkAccounting } from "./leaks.ts";

/** Steps after which a walk is broken off: a program that is to end has ended by then. */
const MOST_STEPS = 4000;

/**
 * Does one possible action after the other, as `draw` has it, until nothing can happen. Tells how many
 * steps that took and the property that was violated, or "". What else is thrown is our own mistake.
 */
export function walkAtRandom(kernel: Kernel, draw: Draw): { steps: number; violated: string } {
  const actions: Action[] = [];
  let steps = 0;
  try {
    for (; steps < MOST_STEPS; steps++) {
      kernel.machine.actions(actions);
      const chosen = actions[draw(actions.length)];
      if (chosen === undefined) {
        checkNobodyHangs(kernel);
        break;
      }
      kernel.machine.perform(chosen);
    }
    checkAccounting(kernel);
    return { steps, violated: "" };
  } catch (error) {
    if (error instanceof Violation) return { steps, violated: error.property };
    throw error;
  }
}
