import { type Architecture, hostArchitecture } from "../arch/index.ts";
import { asPid, type Result } from "../base/index.ts";
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
import { armCpus, armTasks, armThreads } from "./arm.ts";
import type { Arming, ArmPlan, ArmRefusal } from "./arming.ts";
import type { Coverage, Strategy } from "./coverage.ts";
import { gapsBefore } from "./gaps-before.ts";
import { Namer } from "./namer.ts";
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
  const arch = requireArchitecture();
  const sys = openSys();
  const privileges = ownPrivileges();
  const tested = requireTraps(sys, privileges);
  using undo = new DisposableStack();

  const targets = findTargets(sys, options.target, undo);
  letLinkerFind(targets, wheres);
  const spots = resolveSpots(arch, wheres, targets.pids);
  requireReachable(spots, options, privileges);

  const cpus = onlineCpus();
  const scripts = targets.pids.some(namesScripts);
  const features = probeFeatures(sys);
  const lanes = targets.tids?.length ?? cpus.length;
  const facts = { spots, features, privileges, lanes, cpus: cpus.length, scripts };
  const plan = (strategy: Strategy) => planEvents(options, { ...facts, strategy });
  const { arming, why } = armBest({ sys, plan, targets, privileges, options });
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
    cpus,
    watchesAll: targets.all,
    maxHits: options.maxHits ?? Number.POSITIVE_INFINITY,
    timeoutMs: options.timeoutMs ?? Number.POSITIVE_INFINITY,
    why,
    selfTest: tested,
    gaps: gapsBefore({ spots, targets, arming, options }),
    launched: targets.launched,
    namer: new Namer(symbols, {
      spots,
      trapsAfter: arch.data.trap === "after",
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
function letLinkerFind({ launched, pids }: Targets, wheres: readonly Where[]): void {
  let mapped = -1;
  launched?.runLinkerUntil(() => {
    const files = pids.flatMap((pid) => readMaps("/proc", asPid(pid)) ?? []);
    const now = files.filter(({ inode, perms }) => inode !== 0n && perms.includes("x")).length;
    if (now === mapped) return false;
    mapped = now;
    return wheres.every((where) => isThere(where, pids));
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

interface ArmFacts {
  readonly sys: Sys;
  readonly plan: (strategy: Strategy) => ArmPlan;
  readonly targets: Targets;
  readonly privileges: Privileges;
  readonly options: WatchOptions;
}

/** Arms each CPU if that is permitted and there are registers for it, else each thread. */
function armBest(facts: ArmFacts): { arming: Arming; why: string | undefined } {
  const { sys, plan, targets, privileges, options } = facts;
  const granted = (armed: Result<Arming, ArmRefusal>) => {
    if (armed.ok) return armed.value;
    throw explainRefusal(armed.error, privileges);
  };
  if (targets.tids !== undefined) {
    return { arming: granted(armThreads(sys, plan("thread"), targets.tids)), why: undefined };
  }
  const wish: Strategy | "auto" = options.arm ?? "auto";
  if (targets.all || wish === "cpu") {
    return { arming: granted(armCpus(sys, plan("cpu"))), why: undefined };
  }
  const byTask = (why: string) => ({
    arming: granted(armTasks(sys, plan("task"), targets.pids)),
    why,
  });
  if (wish === "task") return byTask("as asked");
  if (!privileges.perfmon && (privileges.paranoid ?? 2) > 0) {
    return byTask("arming each CPU needs CAP_PERFMON");
  }
  const armed = armCpus(sys, plan("cpu"));
  if (armed.ok) return { arming: armed.value, why: undefined };
  const { errno, cpu } = armed.error;
  if (errno !== "ENOSPC" && errno !== "EACCES" && errno !== "EPERM") granted(armed);
  return byTask(`arming CPU ${cpu} was refused: ${errno}`);
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
