import type { Counterexample } from "./exploration.ts";
import { type Failure, type Model, STEP } from "./model.ts";

/**
 * Does the moves of a counterexample again on a model that nobody has touched, forwards only: no
 * store, no reduction, nothing taken back. What it says is wrong is wrong whatever the search did.
 */
export function certify(fresh: Model, { moves, property }: Counterexample): Failure | undefined {
  let last: Failure | undefined;
  for (const [number, { action, choice }] of moves.entries()) {
    const end = fresh.perform(action, choice);
    last = end === STEP.failed ? fresh.failure : fresh.invariant?.();
    const isLast = number === moves.length - 1;
    if (end === STEP.blocked || end === STEP.beyond) return undefined;
    if (last !== undefined && !isLast) return undefined; // it fails, but not as was said
  }
  const failure = last ?? fresh.atEnd();
  return failure?.property === property ? failure : undefined;
}
