import { type Architecture, hostArchitecture } from "../arch/index.ts";
import { asPid } from "../base/index.ts";
import {
  allProcesses,
  commOf,
  onlineCpus,
  openSys,
  ownPrivileges,
  type Privileges,
  probeFeatures,
  type Sys,
  threadsOf,
} from "../linux/index.ts";
import { readMaps, resolveExpression, Symbolizer } from "../symbols/index.ts";
import { type Armed, armBest } from "./arm-best.ts";
import type { ArmPlan } from "./arming.ts";
import type { Asked } from "./asked.ts";
import {
  asksForValues,
  bindWishes,
  type Conditions,
  functionsAreThere,
  parseWishes,
  type Wishes,
} from "./conditions.ts";
import type { Coverage } from "./coverage.ts";
import { gapsBefore } from "./gaps-before.ts";
import { type Snapshot, takeSnapshot } from "./memory.ts";
import { Namer } from "./namer.ts";
import { loadPrograms } from "./open-programs.ts";
import type { WatchOptions } from "./options.ts";
import { planEvents } from "./plan.ts";
import { explainRefusal } from "./refusal.ts";
import { parseWheres, queryOf, resolveSpots } from "./resolve-spots.ts";
import { inlinesScripts, namesScripts } from "./script-target.ts";
import { selfTest } from "./self-test.ts";
import { Session } from "./session.ts";
import type { Spot } from "./spot.ts";
import { StrangerFilter } from "./stranger-filter.ts";
import { findTargets, type Targets } from "./targets.ts";
import { Tasks } from "./tasks.ts";
import { WatchError } from "./watch-error.ts";
import type { Where } from "./where.ts";

/**
 * Finds the targets and the addresses, arms the registers and starts counting. Throws WatchError
 * when any of it cannot be done; nothing is then left behind. Never waits for the event loop: a
 * command that it launches stands still meanwhile.
 */
export function openSession(options: WatchOptions): Session {
  const wheres = parseWheres(options.where);
  const wishes = parseWishes(options);
  requireSense(options);
  const arch = requireArchitecture();
  const sys = openSys();
  const privileges = ownPrivileges();
  const tested = requireTraps(sys, privileges);
  using undo = new DisposableStack();

  const targets = findTargets(sys, options.target, undo);
  letLinkerFind(targets, wheres, wishes);
  const spots = resolveSpots(arch, wheres, targets.pids);
  requireReachable(spots, options, privileges);

  const cpus = onlineCpus();
  const scripts = targets.pids.some(namesScripts);
  const trapsAfter = arch.data.trap === "after";
  const conditions = bindWishes(wishes, { spots, pids: targets.pids, trapsAfter });
  const found = { options, targets, spots, privileges, cpus, scripts };
  const { arming, why, gaps, memoryBefore } = armAll(sys, found, { wishes, conditions });
  if (arming.plan.programs !== undefined) undo.use(arming.plan.programs);
  undo.use(arming);
  const mayFilter = privileges.bpf && arming.strategy === "cpu" && !targets.all;
  const symbols = undo.use(new Symbolizer());
  const before = new Set(allProcesses());
  const session = new Session({
    sys,
    arming,
    tasks: tasksOf(targets, arming.plan),
    spots,
    symbols,
    filter: mayFilter ? undo.use(new StrangerFilter(sys, arming)) : undefined,
    pidfds: targets.pidfds,
    before,
    memoryBefore,
    cpus,
    watchesAll: targets.all,
    maxHits: options.maxHits ?? Number.POSITIVE_INFINITY,
    timeoutMs: options.timeoutMs ?? Number.POSITIVE_INFINITY,
    why,
    selfTest: tested,
    gaps: [...gapsBefore({ spots, targets, arming, options }), ...gaps],
    rebuilder: undefined,
    asked: askedOf(options, conditions),
    launched: targets.launched,
    namer: new Namer(symbols, {
      spots,
      trapsAfter,
      inlines: targets.pids.some(inlinesScripts),
      chained: scripts && arming.plan.layout.callchain !== undefined,
    }),
    resources: undo.move(),
  });
  // First the maps: a command may have ended before we come to look.
  for (const pid of targets.pids) symbols.noteProcess(asPid(pid));
  targets.launched?.release();
  return session;
}

interface FoundFacts {
  readonly options: WatchOptions;
  readonly targets: Targets;
  readonly spots: readonly Spot[];
  readonly privileges: Privileges;
  readonly cpus: readonly number[];
  readonly scripts: boolean;
}

/** Plans and arms, with programs that decide and read values where they are of use. */
function armAll(
  sys: Sys,
  found: FoundFacts,
  { wishes, conditions }: { wishes: Wishes; conditions: Conditions },
): Armed & { readonly memoryBefore: Snapshot } {
  const { options, targets, cpus } = found;
  const wantsValues = options.values === true || options.changes === true || asksForValues(wishes);
  const features = probeFeatures(sys);
  const lanes = targets.tids?.length ?? cpus.length;
  const memoryBefore = wantsValues ? takeSnapshot(targets.pids, found.spots) : new Map();
  const armed = armBest({
    ...found,
    sys,
    planFor: (strategy, programs) =>
      planEvents(options, {
        ...found,
        features,
        lanes,
        cpus: cpus.length,
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

function requireSense(options: WatchOptions): void {
  const { target, stop, maxOverhead, ignore = 0, every = 1, maxRate = 1 } = options;
  const refuse = (what: string) => {
    throw new WatchError("usage", `watch: ${what}`);
  };
  if (stop === true && "allCpus" in target) {
    refuse("--stop would stop whatever process comes by: name the processes with -p");
  }
  if (maxOverhead !== undefined && !(maxOverhead > 0 && maxOverhead <= 1)) {
    refuse(`--max-overhead ${maxOverhead}: not a share above 0 and up to 1`);
  }
  if (!(Number.isSafeInteger(ignore) && ignore >= 0)) refuse(`ignore ${ignore}: not a count`);
  if (!(Number.isSafeInteger(every) && every >= 1)) refuse(`every ${every}: not 1 or more`);
  if (!(Number.isSafeInteger(maxRate) && maxRate >= 1 && maxRate < 2 ** 31)) {
    refuse(`max-rate ${maxRate}: not a number of hits from 1 to 2147483647`);
  }
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

function requireArchitecture(): Architecture {
  if (process.platform !== "linux") {
    throw new WatchError("machine", `watch: ${process.platform}: hardware breakpoints need Linux`);
  }
  const arch = hostArchitecture(process.arch);
  if (arch !== undefined) return arch;
  throw new WatchError(
    "machine",
    `watch: ${process.arch}: this processor is not known yet: use x64`,
  );
}

/** A breakpoint that is accepted and never fires would make every count a lie. */
function requireTraps(sys: Sys, privileges: Privileges): Coverage["selfTest"] {
  const tested = selfTest(sys);
  if (!tested.ok) {
    if (tested.error === "ENOSPC") return "no register free";
    throw explainRefusal({ errno: tested.error, pid: 0, cpu: -1 }, privileges);
  }
  if (tested.value === "fired") return "fired";
  const reason = "this machine accepts breakpoints but they never fire";
  throw new WatchError("machine", `watch: ${reason}: a virtual machine may hide them: use another`);
}

/**
 * A launched program's libraries are not there yet: let its dynamic linker map them first. Names are
 * looked up again only when something was mapped, for this is asked at each of its system calls.
 */
function letLinkerFind(
  { launched, pids }: Targets,
  wheres: readonly Where[],
  wishes: Wishes,
): void {
  let mapped = -1;
  launched?.runLinkerUntil(() => {
    const files = pids.flatMap((pid) => readMaps("/proc", asPid(pid)) ?? []);
    const now = files.filter(({ inode, perms }) => inode !== 0n && perms.includes("x")).length;
    if (now === mapped) return false;
    mapped = now;
    return wheres.every((where) => isThere(where, pids)) && functionsAreThere(wishes, pids);
  });
}

/** A pointer may not be set yet: that there is one is enough. */
function isThere({ place }: Where, pids: readonly number[]): boolean {
  if (place.kind === "address") return true;
  return pids.every((pid) => {
    const found = resolveExpression(asPid(pid), queryOf(place));
    return found.ok || found.error.kind === "expression";
  });
}

const KERNEL_HALF = 1n << 63n;
/** With five-level page tables an address has 57 bits that count, the last one repeated above. */
const USER_END = 1n << 56n;
const KERNEL_START = (1n << 64n) - USER_END;

function requireReachable(
  spots: readonly Spot[],
  { kernel }: WatchOptions,
  { admin }: Privileges,
): void {
  const nowhere = spots.find(({ address }) => address >= USER_END && address < KERNEL_START);
  if (nowhere !== undefined) {
    const what = `watch 0x${nowhere.address.toString(16)}: it is no canonical address`;
    throw new WatchError("usage", `${what}: nothing can be mapped there: check its digits`);
  }
  const spot = spots.find(({ address }) => address >= KERNEL_HALF);
  if (spot === undefined) return;
  const what = `watch 0x${spot.address.toString(16)}: it is a kernel address`;
  if (kernel === false) {
    throw new WatchError("usage", `${what}: only the kernel accesses it: leave out --no-kernel`);
  }
  if (!admin) throw new WatchError("denied", `${what}: that needs CAP_SYS_ADMIN: run as root`);
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
