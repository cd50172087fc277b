import type { Violation } from "../machine/index.ts";
import type { Check, Place, Program, Resolved, Step } from "../scenario/index.ts";
import { isExpected, resultOf, type Seen } from "./judge.ts";

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
  /** What has become of each task: `alive`, `exited`, `killed SIGTRAP`. */
  readonly fates: ReadonlyMap<string, string>;
  /** What the kernel wrote into its log meanwhile: of a real one only. */
  readonly log: readonly string[];
  /** Whether it came to no end; only in a race is that no error. */
  readonly hung: boolean;
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

/** `ok`, `3 times ok, ENOSPC`, or `not done`. */
export function runsText(step: Step, runs: readonly SeenRun[]): string {
  if (runs.length === 0) return "not done";
  return runs
    .map(({ seen, count }) => {
      const text = String(resultOf(step.action, seen));
      return count === 1 ? text : `${count} times ${text}`;
    })
    .join(", ");
}
