import { threadsOf } from "../linux/index.ts";
import { chooseStrategy } from "./arm-best.ts";
import type { Strategy } from "./coverage.ts";
import { find } from "./find.ts";
import type { WatchOptions } from "./options.ts";
import { countsKernel } from "./plan.ts";
import type { Spot } from "./spot.ts";

/** What a watch would arm, and for whom. */
export interface WatchPlan {
  readonly spots: readonly Spot[];
  /** Where it is refused for want of registers, threads are tried instead of CPUs. */
  readonly strategy: Strategy;
  readonly why: string | undefined;
  readonly cpus: readonly number[];
  /** Undefined when all are to be watched. */
  readonly pids: readonly number[] | undefined;
  readonly threads: number;
  readonly kernelMode: boolean;
}

/**
 * Does all that a watch does but arm it: finds targets and addresses, and throws what it would throw.
 * A command is started, and killed before its first instruction.
 */
export function planWatch(options: WatchOptions): WatchPlan {
  using undo = new DisposableStack();
  const found = find(options, undo);
  const { targets, spots, cpus, privileges } = found;
  const { strategy, why } = chooseStrategy(found);
  const threads = targets.tids ?? targets.pids.flatMap((pid) => threadsOf(pid) ?? []);
  return {
    spots,
    strategy,
    why,
    cpus: options.cpus ?? cpus,
    pids: targets.all ? undefined : targets.pids,
    threads: threads.length,
    kernelMode: countsKernel(options, privileges),
  };
}
