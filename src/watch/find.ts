import { type Architecture, hostArchitecture } from "../arch/index.ts";
import { asPid } from "../base/index.ts";
import { onlineCpus, openSys, ownPrivileges, type Privileges, type Sys } from "../linux/index.ts";
import { readMaps, resolveExpression } from "../symbols/index.ts";
import { functionsAreThere, parseWishes, type Wishes } from "./conditions.ts";
import type { Coverage } from "./coverage.ts";
import type { WatchOptions } from "./options.ts";
import { explainRefusal } from "./refusal.ts";
import { parseWheres, queryOf, resolveSpots } from "./resolve-spots.ts";
import { namesScripts } from "./script-target.ts";
import { selfTest } from "./self-test.ts";
import type { Spot } from "./spot.ts";
import { findTargets, type Targets } from "./targets.ts";
import { WatchError } from "./watch-error.ts";
import type { Where } from "./where.ts";

/** What a watch is about, found but not armed. */
export interface Found {
  readonly options: WatchOptions;
  readonly sys: Sys;
  readonly targets: Targets;
  readonly spots: readonly Spot[];
  readonly wishes: Wishes;
  readonly privileges: Privileges;
  /** Those online. */
  readonly cpus: readonly number[];
  readonly scripts: boolean;
  readonly trapsAfter: boolean;
  readonly tested: Coverage["selfTest"];
}

/** Finds the targets and the addresses, or throws WatchError. What it opens is closed by `undo`. */
export function find(options: WatchOptions, undo: DisposableStack): Found {
  const wheres = parseWheres(options.where);
  const wishes = parseWishes(options);
  requireSense(options);
  const arch = requireArchitecture();
  const sys = openSys();
  const privileges = ownPrivileges();
  const tested = requireTraps(sys, privileges);
  const cpus = onlineCpus();
  requireOnline(options.cpus ?? [], cpus);

  const targets = findTargets(sys, options.target, undo);
  letLinkerFind(targets, wheres, wishes);
  const spots = resolveSpots(arch, wheres, targets.pids);
  requireReachable(spots, options, privileges);
  const scripts = targets.pids.some(namesScripts);
  const trapsAfter = arch.data.trap === "after";
  return { options, sys, targets, spots, wishes, privileges, cpus, scripts, trapsAfter, tested };
}

function requireOnline(wanted: readonly number[], online: readonly number[]): void {
  const missing = wanted.find((cpu) => !online.includes(cpu));
  if (missing === undefined) return;
  throw new WatchError("usage", `watch: CPU ${missing}: not online: take of ${online.join(", ")}`);
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
