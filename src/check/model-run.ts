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
import type { Done } from "../machine/index.ts";
import type { Check, Program, Step } from "../scenario/index.ts";
import { isExpected, type Seen } from "./judge.ts";
import {
  type JudgedCheck,
  judgeNumber,
  judgeStatement,
  type RunReport,
  type SeenRun,
} from "./report.ts";

/** The fixes that a program switches off, and that this model has not got. */
export function missingFixes(program: Program): readonly string[] {
  return program.withoutFixes.filter((fix) => !isFixId(fix));
}

export interface ModelRunOptions {
  /** Without the mistakes that Linux still has. */
  readonly asIntended?: boolean;
  /** Told of each atomic step. */
  readonly onStep?: ((done: Done, kernel: Kernel) => void) | undefined;
}

/** Runs a program on the model, its statements in file order. */
export function runOnModel(
  program: Program,
  { asIntended = false, onStep }: ModelRunOptions = {},
): RunReport {
  const kernel = boot(program, { asIntended });
  const log: string[] = [];
  kernel.onComplaint = (what) => log.push(`WARNING: ${what}`);
  if (onStep !== undefined) kernel.machine.onStep = (done) => onStep(done, kernel);
  const run = new SequentialRun(kernel);
  const result = run.run();
  const statements = program.steps.map((step, index) =>
    judgeStatement(step, runsOf(result.statements[index]?.words ?? []), (place) =>
      kernel.space.addressOf(place),
    ),
  );
  const checks = result.violation === undefined ? checksOf(program, kernel) : [];
  const fates = new Map(actorsOf(program).map((name) => [name, fateText(kernel, name)]));
  const violation = result.violation ?? run.tearDown();
  const ok =
    violation === undefined && statements.every((it) => it.ok) && checks.every((it) => it.ok);
  const { steps } = result;
  return { program, statements, checks, violation, fates, log, hung: false, steps, ok };
}

/** Statements are done up to a million times, mostly with one outcome. */
function runsOf(words: readonly number[]): readonly SeenRun[] {
  const runs: { seen: Seen; count: number }[] = [];
  let last: number | undefined;
  for (const word of words) {
    const run = runs.at(-1);
    if (run !== undefined && word === last) run.count++;
    else runs.push({ seen: toSeen(decodeOutcome(word)), count: 1 });
    last = word;
  }
  return runs;
}

/**
 * Whether a statement may end with this word; one that was never done has ended with nothing. Whoever
 * dies of a statement may have done it first: then it is his death that counts, if that is expected.
 */
export function isExpectedWord(step: Step, word: number, kernel: Kernel): boolean {
  const mayKill = step.expected.some(({ kind }) => kind === "killed");
  const fate = observeFate(kernel, step.actor);
  const isDeath = mayKill && fate.kind === "killed";
  const seen = toSeen(isDeath ? fate : decodeOutcome(word));
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
    const seen = fateText(kernel, observation.task);
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
  return judgeNumber(check, numberOf(observation, kernel));
}

function fateText(kernel: Kernel, task: string): string {
  const fate = observeFate(kernel, task);
  return fate.kind === "killed" ? `killed ${signalName(fate.signal)}` : fate.kind;
}

/** Everybody that there is or may be, whoever is there from the start first. */
export function actorsOf({ tasks, steps }: Program): readonly string[] {
  const born = steps.flatMap(({ action }) =>
    action.kind === "fork" || action.kind === "thread" ? [action.task] : [],
  );
  return [...new Set([...tasks.map(({ name }) => name), ...born])];
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
