import type { Bound } from "./limits.ts";
import type { Failure, Move } from "./model.ts";

export interface Counterexample extends Failure {
  /** From the first state to the step that fails, that one included. */
  readonly moves: readonly Move[];
  /** Whether no shorter one exists. */
  readonly isShortest: boolean;
}

/** What a search has found, and what it has not looked at. */
export interface Exploration {
  /**
   * `ok`: every run within the model was explored and nothing failed. `bounded`: nothing failed in what
   * was explored, which is not all.
   */
  readonly verdict: "ok" | "fail" | "bounded";
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  /** All that the search keeps. */
  readonly bytes: number;
  /** Of these, in what the states are kept that were found, and how they were come by if that is kept. */
  readonly storeBytes: number;
  readonly counterexample: Counterexample | undefined;
  /** Why not everything was explored. */
  readonly bounds: readonly Bound[];
  /** How states were kept, and what was left out because it leads nowhere else. */
  readonly method: string;
  /** An upper bound of the chance that a state was missed; 0 when states are kept exactly. */
  readonly omission: number;
  /** What had to happen in some run, and did not in any that was explored. */
  readonly unreached: readonly string[];
}

/**
 * What a search may say. One that is over, and has not seen what had to happen, has shown nothing: that
 * is a failure, too.
 */
export function verdictOf(search: {
  readonly hasFailed: boolean;
  /** Nothing that could be explored is left out. */
  readonly isComplete: boolean;
  readonly unreached: readonly string[];
}): Exploration["verdict"] {
  const { hasFailed, isComplete, unreached } = search;
  if (hasFailed || (isComplete && unreached.length > 0)) return "fail";
  return isComplete ? "ok" : "bounded";
}
