import { childrenOf, isMapped } from "../linux/index.ts";
import type { Arming, ArmPlan } from "./arming.ts";
import type { Gap } from "./coverage.ts";
import type { WatchOptions } from "./options.ts";
import type { Spot } from "./spot.ts";
import type { Targets } from "./targets.ts";

const SHOWN_PIDS = 5;

/** What is known not to be covered, or to be covered beyond the wish, before the first hit. */
export function gapsBefore(facts: {
  readonly spots: readonly Spot[];
  readonly targets: Targets;
  readonly arming: Arming;
  readonly options: WatchOptions;
}): readonly Gap[] {
  const { spots, targets, arming, options } = facts;
  const { plan } = arming;
  return [
    ...spots.flatMap((spot) => readsAsReadWrites(spot)),
    ...spots.flatMap((spot) => notMapped(spot, targets.pids)),
    ...kernelMode(plan, options),
    ...otherCpus(options),
    ...existingChildren(targets, plan),
    ...assumed(arming.assumed),
    ...unsettled(arming.settled),
  ];
}

function readsAsReadWrites({ name, inexact, mode }: Spot): readonly Gap[] {
  if (inexact === undefined) return [];
  // What only writes is known by its instruction, and left out; but not all code can be decoded.
  const but = mode === "r" ? `${inexact} where the instruction is not certain` : inexact;
  const text = `${name}: this processor cannot watch for ${mode} alone: ${but}`;
  return [{ kind: "reads-as-rw", text }];
}

function notMapped({ name, address }: Spot, pids: readonly number[]): readonly Gap[] {
  const without = pids.filter((pid) => isMapped(pid, address) === false);
  if (without.length === 0 || without.length < pids.length) return [];
  const text = `${name}: nothing is mapped at 0x${address.toString(16)} in process ${shown(without)} yet`;
  return [{ kind: "not-mapped", text }];
}

function kernelMode(plan: ArmPlan, { kernel }: WatchOptions): readonly Gap[] {
  if (plan.kernelMode) return [];
  const reason =
    kernel === false
      ? "left out as asked"
      : "not counted: that needs CAP_PERFMON, or kernel.perf_event_paranoid <= 1";
  return [{ kind: "kernel-mode", text: `accesses by the kernel, as by read(2): ${reason}` }];
}

function otherCpus({ cpus }: WatchOptions): readonly Gap[] {
  if (cpus === undefined) return [];
  return [{ kind: "other-cpus", text: "accesses on other CPUs: left out as asked" }];
}

function existingChildren({ pids, tids }: Targets, plan: ArmPlan): readonly Gap[] {
  if (tids !== undefined) {
    return [{ kind: "children", text: "other threads and children: left out as asked" }];
  }
  const children = pids.flatMap(childrenOf).filter((child) => !pids.includes(child));
  const gaps: Gap[] = [];
  if (!plan.children) gaps.push({ kind: "children", text: "forked children: left out as asked" });
  if (children.length > 0) {
    const text = `children forked before the watch: process ${shown(children)}: add them to -p`;
    gaps.push({ kind: "existing-children", text });
  }
  return gaps;
}

function assumed(tids: readonly number[]): readonly Gap[] {
  if (tids.length === 0) return [];
  const text = `threads ${shown(tids)} were born while registers were armed: they hold inherited ones, as no other is free`;
  return [{ kind: "children", text }];
}

function unsettled(settled: boolean): readonly Gap[] {
  if (settled) return [];
  const text = "threads were born faster than they could be listed: some may not be watched";
  return [{ kind: "threads", text }];
}

function shown(ids: readonly number[]): string {
  const more = ids.length - SHOWN_PIDS;
  return ids.slice(0, SHOWN_PIDS).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
