import type { Replayable } from "../../check/index.ts";
import type { RecordedRun } from "../../recording/index.ts";

/** A scenario to be checked or run: which of its programs, from 0. */
export interface Job {
  readonly file: string;
  readonly text: string;
  readonly program: number;
}

/** What the page asks of its worker. */
export type Request =
  | { readonly kind: "check" | "run"; readonly job: Job }
  | { readonly kind: "replay"; readonly run: Replayable }
  | { readonly kind: "stop" };

/** How far a search is. */
export interface Count {
  readonly states: number;
  readonly statesPerSecond: number;
  readonly depth: number;
  readonly queue: number;
}

/** What the worker tells. */
export type Answer =
  | { readonly kind: "count"; readonly count: Count }
  /** A failure; a shorter way to it is still looked for. */
  | { readonly kind: "found"; readonly run: RecordedRun }
  | { readonly kind: "done"; readonly run: RecordedRun }
  /** It cannot be done, for this reason. */
  | { readonly kind: "refused"; readonly why: string };
