import {
  hasEnded,
  LaunchError,
  Launched,
  type Sys,
  SyscallError,
  statusOf,
} from "../linux/index.ts";
import type { WatchTarget } from "./options.ts";
import { WatchError } from "./watch-error.ts";

/** Whom the user meant, found and held on to. */
export interface Targets {
  /** Every process is watched. */
  readonly all: boolean;
  readonly pids: readonly number[];
  /** The only threads that are watched; undefined for all of the processes'. */
  readonly tids: readonly number[] | undefined;
  /** A pidfd for each process, so that its number cannot come to mean another. */
  readonly pidfds: ReadonlyMap<number, number>;
  /** The command, standing still before its first instruction. */
  readonly launched: Launched | undefined;
}

/** Finds the targets or throws WatchError. What is opened is closed by `resources`. */
export function findTargets(sys: Sys, target: WatchTarget, resources: DisposableStack): Targets {
  const none = { all: false, pids: [], tids: undefined, pidfds: new Map(), launched: undefined };
  if ("allCpus" in target) return { ...none, all: true };
  if ("command" in target) {
    const launched = launch(sys, target.command, resources);
    const pids = [launched.pid];
    return { ...none, pids, pidfds: openPidfds(sys, pids, resources), launched };
  }
  if ("tids" in target) {
    requireSome(target.tids, "thread");
    const pids = [...new Set(target.tids.map((tid) => processOf(tid, "thread")))];
    return { ...none, pids, tids: target.tids, pidfds: openPidfds(sys, pids, resources) };
  }
  requireSome(target.pids, "process");
  const pids = [...new Set(target.pids)];
  for (const pid of pids) requireProcess(pid);
  return { ...none, pids, pidfds: openPidfds(sys, pids, resources) };
}

function requireSome(ids: readonly number[], what: string): void {
  if (ids.length > 0) return;
  throw new WatchError("usage", `watch: no ${what} given: name one by its id`);
}

/** A thread's id names no process of its own, so say whose thread it is. */
function requireProcess(pid: number): void {
  const owner = processOf(pid, "process");
  if (owner === pid) return;
  const remedy = `watch it with -t ${pid}, or its process with -p ${owner}`;
  throw new WatchError("target", `watch ${pid}: it is a thread of process ${owner}: ${remedy}`);
}

function processOf(id: number, what: string): number {
  const status = statusOf(id);
  if (status === undefined) {
    throw new WatchError("target", `watch ${id}: no such ${what}: see ps -e for those there are`);
  }
  const over = what === "thread" ? /[ZX]/.test(status.state) : hasEnded(id);
  if (over) {
    throw new WatchError("target", `watch ${id}: the ${what} has ended already (a zombie)`);
  }
  return status.pid;
}

function openPidfds(
  sys: Sys,
  pids: readonly number[],
  resources: DisposableStack,
): ReadonlyMap<number, number> {
  const pidfds = new Map<number, number>();
  for (const pid of pids) {
    const fd = sys.pidfdOpen(pid);
    if (!fd.ok) {
      throw new WatchError("target", `watch ${pid}: ${fd.error}: no such process`);
    }
    resources.defer(() => sys.close(fd.value));
    pidfds.set(pid, fd.value);
  }
  return pidfds;
}

function launch(sys: Sys, command: readonly string[], resources: DisposableStack): Launched {
  if (command.length === 0) {
    throw new WatchError("usage", "watch: no command behind --: give one to launch");
  }
  try {
    const launched = Launched.start(sys, command);
    // Until it is released, an error means that none of it shall run.
    resources.defer(() => launched.abandonUnlessReleased());
    return launched;
  } catch (error) {
    if (error instanceof LaunchError)
      throw new WatchError("command", error.message, error.exitCode);
    if (error instanceof SyscallError) throw new WatchError("denied", error.message);
    throw error;
  }
}
