import type { Batch } from "./batch.ts";
import type { LocalSteps } from "./local-steps.ts";

/** What a store says of a state that it was not known to have. */
export const NEW = -1;
/** The state is known, but nobody can say any more which one it is. */
export const KNOWN = -2;

/** The states that were seen, in the order in which they were found, which is also the queue. */
export interface Store {
  /** How many different states there are. */
  readonly count: number;
  readonly bytes: number;
  /** Adds the states of a batch in their order, and says in `found` what each is: NEW ones get the next numbers. */
  insert(batch: Batch): void;
  /** Puts a state into the memory. Those before it may be forgotten. */
  load(state: number): void;
  /** Lets steps go on from a state, without the memory. Those before it may be forgotten. */
  begin(state: number, steps: LocalSteps): void;
  /** What was lost at most: an upper bound of the chance that a state was taken for another. */
  readonly omission: number;
}
