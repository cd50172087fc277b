import { BugError } from "../base/index.ts";
import {
  type Colleague,
  type Counterexample,
  certify,
  type Exploration,
  type ExploreOptions,
  type Model,
  type Search,
  search,
  shrink,
  type Watch,
} from "../explore/index.ts";
import type { ExplorableKernel } from "../kernel/index.ts";
import type { Violation } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import { explorableProgram } from "./explorable-program.ts";
import { resultOf } from "./judge.ts";
import { runOnModel } from "./model-run.ts";
import { recordTrace, type TraceStep } from "./trace.ts";

/** A program with all that was found out of it. */
export interface Checked {
  readonly file: string;
  readonly program: Program;
  readonly result: Exploration;
  readonly violation: Violation | undefined;
  readonly trace: readonly TraceStep[];
  readonly switches: number;
  /** What is wrong already in the order of the file, which is one of the interleavings. */
  readonly inFileOrder: string | undefined;
  /** What came of the runs in which no kernel thread preempts a task, if they were explored first. */
  readonly calm: Exploration | undefined;
}

/** How long a shorter way is looked for. */
const MOST_STATES = 1_000_000;
const MOST_SECONDS = 20;
/** So many states are explored at once, and so long, before signals and timers get their turn. */
const SLICE = 128;
const SLICE_MS = 25;
/** A search that is over by then is not worth the start of other threads. */
const ALONE_MS = 2000;

/** What the model itself leaves out. */
export interface ModelOptions {
  /** Interleavings that lead nowhere else. */
  readonly reduceModel: boolean;
}

/** What another thread needs to build the model that this one explores. */
export interface ProgramData {
  readonly program: Program;
  readonly name: string;
  readonly options: NonNullable<Parameters<typeof explorableProgram>[2]>;
}

/** Other threads that explore the same, until they are disposed of. */
export interface Crew extends AsyncDisposable {
  readonly colleagues: readonly Colleague[];
  /** Whether all of them are there; an error if one cannot. */
  readonly isReady: boolean;
}

export interface CheckOptions extends ExploreOptions, ModelOptions {
  readonly watch: Watch & { readonly now: () => number };
  /** Lets signals, messages and timers have their turn: the room has no event loop of its own. */
  readonly pause: () => Promise<void>;
  /** What the look for a shorter way may cost, if not what is usual. */
  readonly mostShortening?: { readonly states: number; readonly seconds: number };
  /** Makes those who explore together with this one once a search has turned out to be long. */
  readonly crew?: ((source: ProgramData) => Crew) | undefined;
  /** Told of a failure as soon as there is one; a shorter one may follow. */
  readonly onFound?: (found: Checked) => void;
  /** Told what a search has to go on from that ended at a bound. */
  readonly onUnfinished?: (checkpoint: Uint8Array) => void;
}

type RunOptions = ExploreOptions & Pick<CheckOptions, "watch" | "pause" | "crew" | "onUnfinished">;

/** Explores every interleaving of a program, and makes what fails readable. */
export async function checkProgram(
  file: string,
  program: Program,
  options: CheckOptions,
): Promise<Checked> {
  const reduce = reducesFor(options);
  const symmetry = options.symmetry === true;
  const reduced = { program, name: file, options: { reduce, symmetry } };
  const rest = restOf(options);
  const calm = options.resume === undefined ? await runCalm(file, program, options) : undefined;
  const isOver = calm?.bounds.includes("interrupted") && options.onUnfinished === undefined;
  const result =
    calm !== undefined && (isOver || calm.counterexample !== undefined)
      ? withoutUnreached(calm)
      : named(await runSearch(reduced, rest()), options);
  const inFileOrder = wrongInFileOrder(program);
  const about = { file, program, result, inFileOrder, calm };
  const first = result.counterexample;
  if (first === undefined) return { ...about, violation: undefined, trace: [], switches: 0 };
  options.onFound?.({ ...about, ...doneAgain(about, first) });
  const found = await shortened(first, { program, name: file, options: {} }, rest());
  const counterexample = shrink(explorableProgram(program, file), found);
  return { ...about, ...doneAgain(about, counterexample) };
}

/** A counterexample that was done once more, by a kernel that only goes forward. */
function doneAgain(
  { file, program, result }: Pick<Checked, "file" | "program" | "result">,
  counterexample: Counterexample,
): Pick<Checked, "result" | "violation" | "trace" | "switches"> {
  const violation = certified(explorableProgram(program, file), counterexample);
  const trace = recordTrace(explorableProgram(program, file), counterexample.moves);
  const switches = taskSwitches(trace);
  return { result: { ...result, counterexample }, violation, trace, switches };
}

/**
 * First without kernel threads that preempt tasks: far fewer runs, in which most failures show. A
 * failure found so is one; that none is found says nothing of the other runs, which come next.
 */
async function runCalm(file: string, program: Program, options: CheckOptions) {
  const { onUnfinished: _, ...rest } = options;
  const reduce = reducesFor(options);
  const symmetry = options.symmetry === true;
  const source = { program, name: file, options: { detours: false, reduce, symmetry } };
  const result = named(await runSearch(source, rest), options);
  return { ...result, method: `${result.method}, no preemption by kernel threads` };
}

/** What a model has learned of its steps is in no checkpoint. */
function reducesFor({ reduceModel, resume, onUnfinished }: CheckOptions): boolean {
  return reduceModel && resume === undefined && onUnfinished === undefined;
}

/** The same options with what is left of the time: its bound is one of all searches together. */
function restOf(options: CheckOptions): () => CheckOptions {
  const { limits, watch } = options;
  const start = watch.now();
  return () => {
    if (limits?.seconds === undefined) return options;
    const seconds = Math.max(0, limits.seconds - (watch.now() - start) / 1000);
    return { ...options, limits: { ...limits, seconds } };
  };
}

/** Says what of the reduction holds: it is confirmed, or mended, at the end of a search only. */
function named(result: Exploration, options: CheckOptions): Exploration {
  const { method } = result;
  if (!options.reduceModel) return result;
  if (!reducesFor(options)) return { ...result, method: `${method}, not reduced, to be saved` };
  if (result.verdict !== "bounded") return { ...result, method: `${method}, reduced` };
  return { ...result, method: `${method}, reduced by what only a whole search confirms` };
}

/** What was not reached in a search that a failure ended might have been later. */
function withoutUnreached(result: Exploration): Exploration {
  return { ...result, unreached: [] };
}

/** The results of statements hold in this order only, so no other run is judged by them. */
function wrongInFileOrder(program: Program): string | undefined {
  const { ok, violation, statements, checks } = runOnModel(program);
  if (ok) return undefined;
  if (violation !== undefined) return `${violation.property}: ${violation.message}`;
  const wrong = statements.find((it) => !it.ok);
  if (wrong !== undefined)
    return `line ${wrong.step.at.line}: ${wrong.step.text}: ${resultOf(wrong.step.action, wrong.seen)}`;
  const check = checks.find((it) => !it.ok);
  return check && `line ${check.check.at.line}: ${check.check.text}: it is ${check.seen}`;
}

async function runSearch(source: ProgramData, options: RunOptions): Promise<Exploration> {
  const { crew: makeCrew, watch, pause } = options;
  const it = startSearch(modelOf(source), options);
  const alone = watch.now() + ALONE_MS;
  const advance = () => {
    const end = watch.now() + SLICE_MS;
    while (it.advance(SLICE)) if (watch.now() >= end) return true;
    return false;
  };
  let goesOn = advance();
  const isAlone = makeCrew === undefined || !it.canBeShared;
  while (goesOn && (isAlone || watch.now() < alone)) {
    await pause();
    goesOn = advance();
  }
  if (!goesOn || isAlone || watch.isInterrupted?.() === true) {
    while (advance()) await pause();
    return concluded(it, options);
  }
  await using crew = makeCrew(source);
  // It takes them some tenths of a second to start.
  while (goesOn && !crew.isReady) {
    await pause();
    goesOn = advance();
  }
  if (!goesOn) return concluded(it, options);
  const together = it.share(crew.colleagues);
  while (await together.advance()) await pause();
  return concluded(together, options);
}

function concluded(it: Pick<Search, "result" | "save">, options: RunOptions): Exploration {
  const result = it.result();
  if (result.verdict === "bounded") options.onUnfinished?.(it.save());
  return result;
}

function modelOf({ program, name, options }: ProgramData): Model {
  return explorableProgram(program, name, options);
}

function startSearch(model: Model, options: ExploreOptions): Search {
  const symmetry = options.symmetry !== false && (model.symmetries?.length ?? 0) > 0;
  return search(model, { ...options, symmetry });
}

/** A shortest counterexample to the same property, if a search in full finds it soon enough. */
async function shortened(
  counterexample: Counterexample,
  source: ProgramData,
  options: CheckOptions,
): Promise<Counterexample> {
  if (counterexample.isShortest) return counterexample;
  const { watch, pause, mostShortening } = options;
  // Whoever interrupts it has a failure to look at, if not a shortest.
  const { onProgress: _, ...quiet } = watch;
  const usual = { states: MOST_STATES, seconds: MOST_SECONDS, ...options.limits };
  const limits = { ...usual, ...mostShortening };
  limits.seconds = Math.min(limits.seconds, usual.seconds);
  const full = await runSearch(source, { limits, pause, watch: quiet });
  const other = full.counterexample;
  // Another failure may be nearer; then that is the one to show.
  return other !== undefined && other.moves.length <= counterexample.moves.length
    ? other
    : counterexample;
}

/** Nothing is shown that a kernel which only goes forward does not do again. */
function certified(fresh: ExplorableKernel, counterexample: Counterexample): Violation | undefined {
  if (certify(fresh, counterexample) === undefined)
    throw new BugError(`${fresh.name}: ${counterexample.property} does not happen again`);
  return fresh.violation;
}

/** How often another task, or the same one elsewhere, goes on; what happens on idle is nobody's. */
export function taskSwitches(trace: readonly TraceStep[]): number {
  const runners = trace
    .filter(({ task }) => task !== "idle")
    .map(({ cpu, task }) => `${task} ${cpu}`);
  return runners.filter((runner, at) => at > 0 && runner !== runners[at - 1]).length;
}
