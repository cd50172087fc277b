import type { Access } from "../arch/index.ts";
import { assert } from "../base/index.ts";
import { type Bits, NULL, Violation } from "../machine/index.ts";
import { HANDLER, PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { USER_FRAMES } from "./records/thread-fields.ts";

/**
 * The ideal observer: each access by a task counts exactly once for each enabled event that it
 * touches. Counted is an event's family, for inherited events stand in for each other. An event that
 * is enabled, disabled or modified while the access is under way may count it or not.
 */
export function noteDue(k: Kernel, task: number, access: Access): void {
  const { due } = setsOf(k, task);
  forEachDue(k, task, access, (family) => due.add(task, family));
}

/** The trap handler counted the access that the task is at. */
export function noteCounted(k: Kernel, event: number, task: number): void {
  // What ptrace watches stops its task instead, as often as the tracer lets it go on.
  if (task === NULL || k.event.handler.get(event) === HANDLER.ptrace) return;
  const family = k.family(event);
  const { counted } = setsOf(k, task);
  // Without Z23 nobody sees to the step: that is found out as a trap without an end.
  const isEndless = k.lacks("Z23") && k.event.handler.get(event) === HANDLER.bpf;
  if (counted.has(task, family) && !isEndless)
    throw new Violation("double-hit", `event ${family} counts one access of task ${task} twice`);
  counted.add(task, family);
}

/** The access is done. What was due from its start to its end must have counted. */
export function checkAccess(k: Kernel, task: number, access: Access): void {
  const { due, counted } = setsOf(k, task);
  forEachDue(k, task, access, (family, event) => {
    const wasDue = due.has(task, family) && !isBeingDisabled(k, event);
    if (wasDue && !counted.has(task, family)) missed(family, task);
    due.add(task, family);
  });
  for (let it = counted.next(task, 0); it !== 0; it = counted.next(task, it)) {
    if (!due.has(task, it)) stray(it);
  }
  due.clear(task);
  counted.clear(task);
}

/** The same for an access that was begun and done in one step: what is due now was due all along. */
export function checkWholeAccess(k: Kernel, task: number, access: Access): void {
  const { counted } = setsOf(k, task);
  forEachDue(k, task, access, (family, event) => {
    if (!counted.has(task, family) && !isBeingDisabled(k, event)) missed(family, task);
    counted.remove(task, family);
  });
  const extra = counted.next(task, 0);
  if (extra !== NULL) stray(extra);
}

/** The trap handler has asked for it to be switched off, and the interrupt that does so is to come. */
function isBeingDisabled(k: Kernel, event: number): boolean {
  return k.event.pendingDisable.get(event) !== 0;
}

function missed(family: number, task: number): never {
  throw new Violation("missed-hit", `event ${family} does not count an access of task ${task}`);
}

function stray(family: number): never {
  throw new Violation("stray-hit", `event ${family} counts an access that is none of its business`);
}

/** The task will make none of its accesses after all: it dies, or executes another program. */
export function forgetAccesses(k: Kernel, task: number): void {
  for (const bits of [...k.thread.due, ...k.thread.counted]) bits.clear(task);
  for (let frame = 0; frame < USER_FRAMES; frame++) k.thread.traps.set(task, 0, frame);
}

/** The access that a task is at is not made: its tracer moves it on. */
export function forgetAccess(k: Kernel, task: number): void {
  const { due, counted } = setsOf(k, task);
  due.clear(task);
  counted.clear(task);
  k.thread.traps.set(task, 0, k.thread.depth.get(task));
}

function setsOf(k: Kernel, task: number): { due: Bits; counted: Bits } {
  const frame = k.thread.depth.get(task);
  const due = k.thread.due[frame];
  const counted = k.thread.counted[frame];
  assert(due !== undefined && counted !== undefined, `no user frame ${frame}`);
  return { due, counted };
}

type Due = (family: number, event: number) => void;

function forEachDue(k: Kernel, task: number, access: Access, body: Due): void {
  const own = k.thread.ctx.get(task);
  if (own !== NULL) forEachDueIn(k, own, access, body);
  forEachDueIn(k, k.cpuCtx(k.machine.here), access, body);
}

function forEachDueIn(k: Kernel, ctx: number, access: Access, body: Due): void {
  const { events } = k.ctx;
  for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
    if (isDue(k, event, access)) body(k.family(event), event);
  }
}

function isDue(k: Kernel, event: number, access: Access): boolean {
  if (k.event.state.get(event) < PERF_EVENT_STATE.inactive) return false;
  if (k.event.handler.get(event) === HANDLER.ptrace) return false;
  const leader = k.event.groupLeader.get(event);
  if (leader !== NULL && k.event.state.get(leader) < PERF_EVENT_STATE.inactive) return false;
  const cpu = k.event.cpu.get(event);
  if (cpu >= 0 && cpu !== k.machine.here) return false;
  if (k.hasFlag(event, access.mode === "user" ? "excludeUser" : "excludeKernel")) return false;
  return k.shouldHit(event, access);
}
