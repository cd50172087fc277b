import type { Violation } from "../machine/index.ts";
import type { Check, Place, Program, Resolved, Step } from "../scenario/index.ts";
import { isExpected, type Seen } from "./judge.ts";

/** The same outcome so many times in a row. */
export interface SeenRun {
  readonly seen: Seen;
  readonly count: number;
}

export interface JudgedStatement {
  readonly step: Step;
  /** What it ended with, each time that it was done; the first unexpected one if there is any. */
  readonly seen: Seen;
  /** Everything that it ended with, in order. */
  readonly runs: readonly SeenRun[];
  readonly ok: boolean;
}

/** What a target says of a number that nobody can look at any more. */
export const UNKNOWN = "unknown";

export interface JudgedCheck {
  readonly check: Check;
  readonly seen: string;
  readonly ok: boolean;
}

/** What a program led to, on whatever it ran. */
export interface RunReport {
  readonly program: Program;
  readonly statements: readonly JudgedStatement[];
  readonly checks: readonly JudgedCheck[];
  /** Only a model can see these. */
  readonly violation: Violation | undefined;
  /** What a guest's kernel wrote to its console of something that went wrong inside. */
  readonly alarm?: string;
  /** Atomic steps, where they can be counted; else 0. */
  readonly steps: number;
  readonly ok: boolean;
}

export function judgeStatement(
  step: Step,
  runs: readonly SeenRun[],
  addressOf: (place: Place<Resolved>) => number,
): JudgedStatement {
  const matches = ({ seen }: SeenRun) =>
    step.expected.some((it) => isExpected(it, seen, addressOf));
  const wrong = runs.find((run) => !matches(run));
  if (wrong !== undefined) return { step, seen: wrong.seen, runs, ok: false };
  // Nobody comes back from exit() to say so.
  const exits = step.action.kind === "exit";
  const done = runs.reduce((sum, { count }) => sum + count, 0);
  if (!exits && done !== step.times) return { step, seen: { kind: "not-done" }, runs, ok: false };
  return { step, seen: runs.at(-1)?.seen ?? { kind: "exited" }, runs, ok: true };
}

export function judgeNumber(check: Check, value: number): JudgedCheck {
  const ok = check.values.some(({ low, high }) => value >= low && value <= high);
  return { check, seen: String(value), ok };
}
