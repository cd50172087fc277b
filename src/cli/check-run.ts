import { setImmediate } from "node:timers/promises";
import { BugError } from "../base/index.ts";
import { explorableProgram } from "../conform/index.ts";
import {
  type Counterexample,
  certify,
  type Exploration,
  type ExploreOptions,
  type Model,
  search,
  shrink,
  type Watch,
} from "../explore/index.ts";
import type { ExplorableKernel } from "../kernel/index.ts";
import type { Violation } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import { recordTrace, type TraceStep } from "./check-trace.ts";

/** A program with all that was found out of it. */
export interface Checked {
  readonly file: string;
  readonly program: Program;
  readonly result: Exploration;
  readonly violation: Violation | undefined;
  readonly trace: readonly TraceStep[];
  readonly switches: number;
}

/** How long a shorter way is looked for. */
const MOST_STATES = 1_000_000;
const MOST_SECONDS = 20;
/** So many states are explored before signals and timers get their turn. */
const SLICE = 4096;

/** Explores every interleaving of a program, and makes what fails readable. */
export async function checkProgram(
  file: string,
  program: Program,
  options: ExploreOptions & { readonly watch: Watch },
): Promise<Checked> {
  const model = explorableProgram(program, file);
  const result = await runSearch(model, options);
  const found = await shortened(result, options, () => explorableProgram(program, file));
  if (found === undefined)
    return { file, program, result, violation: undefined, trace: [], switches: 0 };

  const counterexample = shrink(model, found);
  const violation = certified(explorableProgram(program, file), counterexample);
  const trace = recordTrace(explorableProgram(program, file), counterexample.moves);
  const switches = taskSwitches(trace);
  return { file, program, result: { ...result, counterexample }, violation, trace, switches };
}

async function runSearch(model: Model, options: ExploreOptions): Promise<Exploration> {
  const it = search(model, options);
  while (it.advance(SLICE)) await setImmediate();
  return it.result();
}

/** A shortest counterexample to the same property, if a search in full finds it soon enough. */
async function shortened(
  { counterexample }: Exploration,
  options: ExploreOptions,
  fresh: () => Model,
): Promise<Counterexample | undefined> {
  if (counterexample === undefined || counterexample.isShortest) return counterexample;
  const { watch } = options;
  const limits = { states: MOST_STATES, seconds: MOST_SECONDS, ...options.limits };
  const quiet = watch?.now === undefined ? {} : { watch: { now: watch.now } };
  const full = await runSearch(fresh(), { limits, ...quiet });
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
function taskSwitches(trace: readonly TraceStep[]): number {
  const runners = trace
    .filter(({ task }) => task !== "idle")
    .map(({ cpu, task }) => `${task} ${cpu}`);
  return runners.filter((runner, at) => at > 0 && runner !== runners[at - 1]).length;
}
