import { KernelMemory, type Sys } from "../linux/index.ts";
import { Symbolizer } from "../symbols/index.ts";
import type { ArmPlan } from "./arming.ts";
import { Namer } from "./namer.ts";
import type { WatchOptions } from "./options.ts";
import { PERF_REG } from "./sampled-user.ts";
import { inlinesScripts } from "./script-target.ts";
import { Sites } from "./sites.ts";
import type { Spot } from "./spot.ts";
import { Stacks } from "./stacks.ts";

const TOP_OF_STACK = 1n << BigInt(PERF_REG.sp);

/** All that turns addresses into names. What it costs is paid when the first hit is named. */
export interface Naming {
  readonly symbols: Symbolizer;
  readonly sites: Sites;
  readonly stacks: Stacks;
  readonly namer: Namer;
}

export function makeNaming(
  how: {
    readonly sys: Sys;
    readonly plan: ArmPlan;
    readonly options: WatchOptions;
    readonly spots: readonly Spot[];
    readonly pids: readonly number[];
    readonly trapsAfter: boolean;
    /** Some target is named through a perf map. */
    readonly scripts: boolean;
  },
  undo: DisposableStack,
): Naming {
  const { sys, plan, options, spots, pids, trapsAfter, scripts } = how;
  const kernel = undo.use(new KernelMemory(sys));
  const kernelMemory = (from: bigint, to: bigint) => kernel.read(from, Number(to - from));
  const symbols = undo.use(new Symbolizer({ kernelMemory }));
  const sites = new Sites(symbols, {
    spots,
    trapsAfter,
    instructions: options.instructions !== false || plan.rebuilds,
  });
  const stacks = new Stacks(symbols);
  const namer = new Namer(symbols, {
    sites,
    stacks,
    stacked: options.stack === true,
    callsByValue: plan.programs?.readsValues === true && (plan.registers & TOP_OF_STACK) !== 0n,
    inlines: pids.some(inlinesScripts),
    chained: scripts && plan.userChain,
  });
  return { symbols, sites, stacks, namer };
}
