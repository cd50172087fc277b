import {
  boot,
  decodeOutcome,
  isFixId,
  type Kernel,
  type Outcome as ModelOutcome,
  observeCount,
  observeFate,
  observeSamples,
  observeSigInfo,
  observeSignals,
  observeSlots,
  observeValue,
  SequentialRun,
  signalName,
} from "../kernel/index.ts";
import type { Done, Violation } from "../machine/index.ts";
import type { Check, Program, Step } from "../scenario/index.ts";
import { isExpected, type Seen } from "./judge.ts";

export interface JudgedStatement {
  readonly step: Step;
  /** What it ended with, each time that it was done; the first unexpected one if there is any. */
  readonly seen: Seen;
  readonly ok: boolean;
}

export interface JudgedCheck {
  readonly check: Check;
  readonly seen: string;
  readonly ok: boolean;
}

export interface ModelReport {
  readonly program: Program;
  readonly statements: readonly JudgedStatement[];
  readonly checks: readonly JudgedCheck[];
  readonly violation: Violation | undefined;
  readonly steps: number;
  readonly ok: boolean;
}

/** The fixes that a program switches off, and that this model has not got. */
export function missingFixes(program: Program): readonly string[] {
  return program.withoutFixes.filter((fix) => !isFixId(fix));
}

/** Runs a program on the model, its statements in file order. `onStep` is told of each atomic step. */
export function runOnModel(
  program: Program,
  onStep?: (done: Done, kernel: Kernel) => void,
): ModelReport {
  const kernel = boot(program);
  if (onStep !== undefined) kernel.machine.onStep = (done) => onStep(done, kernel);
  const run = new SequentialRun(kernel);
  const result = run.run();
  const statements = program.steps.map((step, index) =>
    judge(step, result.statements[index]?.words ?? [], kernel),
  );
  const checks = result.violation === undefined ? checksOf(program, kernel) : [];
  const violation = result.violation ?? run.tearDown();
  const ok =
    violation === undefined && statements.every((it) => it.ok) && checks.every((it) => it.ok);
  return { program, statements, checks, violation, steps: result.steps, ok };
}

function judge(step: Step, words: readonly number[], kernel: Kernel): JudgedStatement {
  const all = words.map((word) => toSeen(decodeOutcome(word)));
  const matches = (seen: Seen) =>
    step.expected.some((it) => isExpected(it, seen, (place) => kernel.space.addressOf(place)));
  const wrong = all.find((seen) => !matches(seen));
  if (wrong !== undefined) return { step, seen: wrong, ok: false };
  // Nobody comes back from exit() to say so.
  const done = step.action.kind === "exit" ? 0 : all.length;
  const isDone = step.action.kind === "exit" || done === step.times;
  const seen = all.at(-1) ?? { kind: step.action.kind === "exit" ? "exited" : "not-done" };
  return isDone ? { step, seen, ok: true } : { step, seen: { kind: "not-done" }, ok: false };
}

/** Whether a statement may end with this word; one that was never done has ended with nothing. */
export function isExpectedWord(step: Step, word: number, kernel: Kernel): boolean {
  const seen = toSeen(decodeOutcome(word));
  if (seen.kind === "not-done" || step.action.kind === "exit") return true;
  return step.expected.some((it) => isExpected(it, seen, (place) => kernel.space.addressOf(place)));
}

function toSeen(outcome: ModelOutcome): Seen {
  switch (outcome.kind) {
    case "signal":
    case "killed":
      return { kind: outcome.kind, signal: signalName(outcome.signal) };
    default:
      return outcome;
  }
}

function checksOf(program: Program, kernel: Kernel): readonly JudgedCheck[] {
  return program.expect.map((check) => judgeCheck(check, kernel));
}

/** What the kernel shows now of what a scenario expects at the end. */
export function judgeCheck(check: Check, kernel: Kernel): JudgedCheck {
  const { observation } = check;
  if (observation.kind === "task") {
    const fate = observeFate(kernel, observation.task);
    const seen = fate.kind === "killed" ? `killed ${signalName(fate.signal)}` : fate.kind;
    const wanted =
      observation.fate.kind === "killed"
        ? `killed ${observation.fate.signal}`
        : observation.fate.kind;
    return { check, seen, ok: seen === wanted };
  }
  if (observation.kind === "si-addr") {
    const { addr } = observeSigInfo(kernel, observation.task, observation.signal);
    const ok = addr === kernel.space.addressOf(observation.place);
    return { check, seen: `0x${addr.toString(16)}`, ok };
  }
  const value = numberOf(observation, kernel);
  const ok = check.values.some(({ low, high }) => value >= low && value <= high);
  return { check, seen: String(value), ok };
}

type Numeric = Exclude<Check["observation"], { kind: "task" | "si-addr" }>;

function numberOf(observation: Numeric, kernel: Kernel): number {
  switch (observation.kind) {
    case "count":
      return observeCount(kernel, observation.event);
    case "samples":
      return observeSamples(kernel, observation.event);
    case "slots":
      return observeSlots(kernel, observation.cpu, "data");
    case "inst-slots":
      return observeSlots(kernel, observation.cpu, "inst");
    case "signals":
      return observeSignals(kernel, observation.task, observation.signal);
    case "si-code":
      return observeSigInfo(kernel, observation.task, observation.signal).code;
    case "si-data":
      return observeSigInfo(kernel, observation.task, observation.signal).data;
    case "value":
      return observeValue(kernel, observation.place.name, observation.place.offset);
  }
}
