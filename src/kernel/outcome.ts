import { type Errno, errnoName } from "../base/index.ts";

/**
 * What a statement ended with, as one word of the state: 0 and above a value, below an errno, and
 * below that what is neither. -9999 stands for "not done yet".
 */
export type Outcome =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "errno"; readonly errno: Errno }
  | { readonly kind: "eof" | "exited" | "not-done" }
  | { readonly kind: "poll"; readonly event: string }
  | { readonly kind: "signal" | "killed"; readonly signal: number };

export const EOF = -1000;
export const EXITED = -1001;
export const POLLIN = -1002;
export const POLLHUP = -1003;
export const POLL_TIMEOUT = -1004;
export const STOPPED_BY = -1100;
export const KILLED_BY = -1200;
export const NOT_DONE = -9999;

const NUMBERS = new Map<Errno, number>(
  Array.from({ length: 600 }, (_, number) => [errnoName(number), number] as const),
);

/** A refusal as the word that a system call returns. */
export function failure(errno: Errno): number {
  return -(NUMBERS.get(errno) ?? 999);
}

export function decodeOutcome(word: number): Outcome {
  if (word >= 0) return { kind: "value", value: word };
  if (word > EOF) return { kind: "errno", errno: errnoName(-word) };
  if (word === EOF) return { kind: "eof" };
  if (word === EXITED) return { kind: "exited" };
  if (word === POLLIN) return { kind: "poll", event: "POLLIN" };
  if (word === POLLHUP) return { kind: "poll", event: "POLLHUP" };
  if (word === POLL_TIMEOUT) return { kind: "poll", event: "timeout" };
  if (word === NOT_DONE) return { kind: "not-done" };
  if (word > KILLED_BY) return { kind: "signal", signal: STOPPED_BY - word };
  return { kind: "killed", signal: KILLED_BY - word };
}
