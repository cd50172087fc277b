import { setImmediate } from "node:timers/promises";
import { BugError } from "../base/index.ts";
import { explorableProgram } from "../conform/index.ts";
import {
  certify,
  type Exploration,
  type ExploreOptions,
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

/** So many states are explored before signals and timers get their turn. */
const SLICE = 4096;

/** Explores every interleaving of a program, and makes what fails readable. */
export async function checkProgram(
  file: string,
  program: Program,
  options: ExploreOptions & { readonly watch: Watch },
): Promise<Checked> {
  const model = explorableProgram(program, file);
  const it = search(model, options);
  while (it.advance(SLICE)) await setImmediate();
  const found = it.result();
  if (found.counterexample === undefined)
    return { file, program, result: found, violation: undefined, trace: [], switches: 0 };

  const actorOf = ({ action }: { action: number }) => model.agentOf(action);
  const counterexample = shrink(model, found.counterexample, actorOf);
  const violation = certified(explorableProgram(program, file), counterexample);
  const trace = recordTrace(explorableProgram(program, file), counterexample.moves);
  const switches = taskSwitches(trace);
  return { file, program, result: { ...found, counterexample }, violation, trace, switches };
}

/** Nothing is shown that a kernel which only goes forward does not do again. */
function certified(
  fresh: ExplorableKernel,
  counterexample: NonNullable<Exploration["counterexample"]>,
): Violation | undefined {
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
