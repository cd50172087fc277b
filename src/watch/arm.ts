import { ok, type Result } from "../base/index.ts";
import { onlineCpus, type Sys, threadsOf } from "../linux/index.ts";
import { Arming, type ArmPlan, type ArmRefusal } from "./arming.ts";

/**
 * One event for each piece and CPU, for all tasks. Its cost does not grow with the number of
 * threads, and a task is covered from its first instruction, for nothing need be opened for it.
 */
export function armCpus(sys: Sys, plan: ArmPlan): Result<Arming, ArmRefusal> {
  return arm(new Arming(sys, plan, "cpu"), (arming) => {
    for (const cpu of onlineCpus()) {
      const lane = { pid: -1, cpu };
      const side = arming.openSide(lane);
      if (!side.ok) return side;
      if (!counts(plan, cpu)) continue;
      const output = arming.openOutput(cpu);
      if (!output.ok) return output;
      const hits = arming.openHits(lane);
      if (!hits.ok) return hits;
    }
    return ok(undefined);
  });
}

/** Threads are born faster than they can be listed: what has been opened by then must do. */
const MOST_LISTINGS = 1_000;
/** Listings without a new thread before we believe that there is none: one may miss a thread. */
const QUIET_LISTINGS = 2;

/**
 * One event for each piece, thread and CPU, inherited by all that the thread creates. Events of one
 * CPU share a ring, for one event of a thread for all CPUs could not be inherited and mapped.
 *
 * A thread found by a later listing may have inherited already when its own event is opened. Both
 * then see the same accesses; the reader keeps those of one (see `OneEventPerThread`).
 */
export function armTasks(
  sys: Sys,
  plan: ArmPlan,
  pids: readonly number[],
): Result<Arming, ArmRefusal> {
  return arm(new Arming(sys, plan, "task"), (arming) => {
    const cpus = onlineCpus();
    const outputs = openOutputs(arming, cpus);
    if (!outputs.ok) return outputs;
    const opened = new Set<number>();
    let quiet = 0;
    for (let listing = 0; quiet < QUIET_LISTINGS && listing < MOST_LISTINGS; listing += 1) {
      const tids = pids.flatMap((pid) => threadsOf(pid) ?? []).filter((tid) => !opened.has(tid));
      quiet = tids.length === 0 ? quiet + 1 : 0;
      for (const tid of tids) {
        opened.add(tid);
        const covered = openThread(arming, tid, cpus);
        if (!covered.ok && covered.error.errno === "ESRCH") continue; // it ended meanwhile
        const latecomer = listing > 0;
        // No register is left for a latecomer: it must have inherited what holds them.
        if (!covered.ok && latecomer && covered.error.errno === "ENOSPC") arming.assumed.push(tid);
        else if (!covered.ok) return covered;
        if (latecomer) arming.mayOverlap = true;
      }
    }
    arming.settled = quiet >= QUIET_LISTINGS;
    return ok(undefined);
  });
}

/** One event for each piece and thread named; what they create is not covered. */
export function armThreads(
  sys: Sys,
  plan: ArmPlan,
  tids: readonly number[],
): Result<Arming, ArmRefusal> {
  return arm(new Arming(sys, plan, "thread"), (arming) => {
    const outputs = openOutputs(arming, onlineCpus());
    if (!outputs.ok) return outputs;
    for (const tid of tids) {
      const covered = openThread(arming, tid, plan.cpus ?? [-1]);
      if (!covered.ok) return covered;
    }
    return ok(undefined);
  });
}

function openOutputs(arming: Arming, cpus: readonly number[]): Result<void, ArmRefusal> {
  for (const cpu of cpus) {
    const output = arming.openOutput(cpu);
    if (!output.ok) return output;
  }
  return ok(undefined);
}

function openThread(
  arming: Arming,
  tid: number,
  cpus: readonly number[],
): Result<void, ArmRefusal> {
  for (const cpu of cpus) {
    const lane = { pid: tid, cpu };
    const side = arming.openSide(lane);
    if (!side.ok) return side;
    if (!counts(arming.plan, cpu)) continue;
    const hits = arming.openHits(lane);
    if (!hits.ok) return hits;
  }
  return ok(undefined);
}

/** Tasks are followed wherever they go; their accesses count on some CPUs, or on all. */
function counts({ cpus }: ArmPlan, cpu: number): boolean {
  return cpu < 0 || cpus === undefined || cpus.includes(cpu);
}

/** Opens all or nothing: what was opened before a refusal is closed again. */
function arm(
  arming: Arming,
  open: (arming: Arming) => Result<void, ArmRefusal>,
): Result<Arming, ArmRefusal> {
  using undo = new DisposableStack();
  undo.use(arming);
  const opened = open(arming);
  if (!opened.ok) return opened;
  undo.move();
  return ok(arming);
}
