import { asPid } from "../base/index.ts";
import { allProcesses, commOf, probeFeatures, threadsOf } from "../linux/index.ts";
import { type Armed, armBest } from "./arm-best.ts";
import type { ArmPlan } from "./arming.ts";
import type { Asked } from "./asked.ts";
import { asksForValues, bindWishes, type Conditions } from "./conditions.ts";
import { type Found, find } from "./find.ts";
import { gapsBefore } from "./gaps-before.ts";
import { type Snapshot, takeSnapshot } from "./memory.ts";
import { makeNaming } from "./naming.ts";
import { loadPrograms } from "./open-programs.ts";
import type { WatchOptions } from "./options.ts";
import { planEvents } from "./plan.ts";
import { Session } from "./session.ts";
import { StoredValues } from "./stored-values.ts";
import { StrangerFilter } from "./stranger-filter.ts";
import type { Targets } from "./targets.ts";
import { Tasks } from "./tasks.ts";

/**
 * Finds the targets and the addresses, arms the registers and starts counting. Throws WatchError
 * when any of it cannot be done; nothing is then left behind. Never waits for the event loop: a
 * command that it launches stands still meanwhile.
 */
export function openSession(options: WatchOptions): Session {
  using undo = new DisposableStack();
  const found = find(options, undo);
  const { sys, targets, spots, wishes, privileges, scripts, trapsAfter } = found;
  const conditions = bindWishes(wishes, { spots, pids: targets.pids, trapsAfter });
  const { arming, why, gaps, memoryBefore } = armAll(found, conditions);
  if (arming.plan.programs !== undefined) undo.use(arming.plan.programs);
  undo.use(arming);
  const mayFilter = privileges.bpf && arming.strategy === "cpu" && !targets.all;
  const naming = makeNaming(
    { sys, plan: arming.plan, options, spots, pids: targets.pids, trapsAfter, scripts },
    undo,
  );
  const before = new Set(allProcesses());
  const session = new Session({
    sys,
    arming,
    tasks: tasksOf(targets, arming.plan),
    spots,
    ...naming,
    filter: mayFilter ? undo.use(new StrangerFilter(sys, arming)) : undefined,
    pidfds: targets.pidfds,
    before,
    memoryBefore,
    cpus: options.cpus ?? found.cpus,
    online: found.cpus,
    watchesAll: targets.all,
    maxHits: options.maxHits ?? Number.POSITIVE_INFINITY,
    timeoutMs: options.timeoutMs ?? Number.POSITIVE_INFINITY,
    why,
    selfTest: found.tested,
    gaps: [...gapsBefore({ spots, targets, arming, options }), ...gaps],
    rebuilder: arming.plan.rebuilds ? new StoredValues(naming.sites, spots) : undefined,
    asked: askedOf(options, conditions),
    launched: targets.launched,
    resources: undo.move(),
  });
  // First the maps: a command may have ended before we come to look.
  for (const pid of targets.pids) naming.symbols.noteProcess(asPid(pid));
  targets.launched?.release();
  return session;
}

/** Plans and arms, with programs that decide and read values where they are of use. */
function armAll(found: Found, conditions: Conditions): Armed & { readonly memoryBefore: Snapshot } {
  const { options, sys, targets, cpus, wishes } = found;
  const wantsValues = options.values === true || options.changes === true || asksForValues(wishes);
  const features = probeFeatures(sys);
  const lanes = targets.tids?.length ?? cpus.length;
  const memoryBefore = wantsValues ? takeSnapshot(targets.pids, found.spots) : new Map();
  const armed = armBest({
    ...found,
    planFor: (strategy, programs) =>
      planEvents(options, {
        ...found,
        features,
        lanes,
        cpus: cpus.length,
        wantsValues,
        programs,
        strategy,
      }),
    programsFor: needsPrograms(options, wantsValues)
      ? (strategy) => loadPrograms(sys, strategy, { ...found, conditions, wantsValues })
      : undefined,
  });
  return { ...armed, memoryBefore };
}

/** Programs are only made where they are of use: without them a trap costs a little less. */
function needsPrograms(options: WatchOptions, wantsValues: boolean): boolean {
  const { condition, unlessFrom = [], maxRate, stop } = options;
  const decides = condition !== undefined || unlessFrom.length > 0;
  return wantsValues || decides || maxRate !== undefined || stop === true;
}

/** What the session does about hits that are not wanted. */
function askedOf(options: WatchOptions, conditions: Conditions): Asked {
  const { condition, unlessFrom = [], changes, ignore, every, maxRate, stop } = options;
  const decides = condition !== undefined || unlessFrom.length > 0 || changes === true;
  const sieves = decides || ignore !== undefined || every !== undefined || maxRate !== undefined;
  return {
    decides,
    stop: stop === true,
    maxOverhead: options.maxOverhead,
    sieve: sieves
      ? { conditions, changes: changes === true, ignore: ignore ?? 0, every: every ?? 1, maxRate }
      : undefined,
  };
}

/** The tasks there are once their forks are being recorded: none is born unseen. */
function tasksOf({ all, pids, tids }: Targets, plan: ArmPlan): Tasks {
  const tasks = new Tasks({ followChildren: plan.children, everything: all });
  for (const pid of pids) {
    const threads = (threadsOf(pid) ?? []).filter((tid) => tids?.includes(tid) ?? true);
    tasks.addTarget(pid, threads);
    for (const tid of threads) tasks.nameTask(tid, commOf(tid) ?? "?");
  }
  return tasks;
}
