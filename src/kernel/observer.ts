import { assert } from "../base/index.ts";
import { type Bits, NULL, Violation } from "../machine/index.ts";
import type { Touch } from "./address-space.ts";
import { FLAG, HANDLER, PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { USER_FRAMES } from "./records/thread-fields.ts";

/**
 * The ideal observer: each access by a task counts exactly once for each enabled event that it
 * touches. Counted is an event's family, for inherited events stand in for each other. An event that
 * is enabled, disabled or modified while the access is under way may count it or not. What ptrace
 * watches stops its task instead of counting, at least once and as often as the tracer lets it go on.
 *
 * It is asked at every access, so it makes no objects and no closures.
 */
export function noteDue(k: Kernel, task: number, touch: Touch): void {
  const due = setIn(k.thread.due, k, task);
  for (let side = 0; side < SIDES; side++) {
    const ctx = ctxOn(k, task, side);
    for (let it = nextDue(k, ctx, touch, 0); it !== 0; it = nextDue(k, ctx, touch, it))
      due.add(task, k.family(it));
  }
}

/** The trap handler counted the access that the task is at. */
export function noteCounted(k: Kernel, event: number, task: number): void {
  if (task === NULL) return;
  const family = k.family(event);
  const counted = setIn(k.thread.counted, k, task);
  if (counted.has(task, family) && !mayRepeat(k, event))
    throw new Violation("double-hit", `event ${family} counts one access of task ${task} twice`);
  counted.add(task, family);
}

/** Without Z23 nobody sees to the step: that is found out as a trap without an end. */
function mayRepeat(k: Kernel, event: number): boolean {
  const handler = k.event.handler.get(event);
  return handler === HANDLER.ptrace || (handler === HANDLER.bpf && k.lacks("Z23"));
}

/** The access is done. What was due from its start to its end must have counted. */
export function checkAccess(k: Kernel, task: number, touch: Touch): void {
  const due = setIn(k.thread.due, k, task);
  const counted = setIn(k.thread.counted, k, task);
  for (let side = 0; side < SIDES; side++) {
    const ctx = ctxOn(k, task, side);
    for (let it = nextDue(k, ctx, touch, 0); it !== 0; it = nextDue(k, ctx, touch, it)) {
      const family = k.family(it);
      const wasDue = due.has(task, family) && !isBeingDisabled(k, it);
      if (wasDue && !counted.has(task, family)) missed(family, task);
      due.add(task, family);
    }
  }
  for (let it = counted.next(task, 0); it !== 0; it = counted.next(task, it)) {
    if (!due.has(task, it) && !isTracers(k, it)) stray(it);
  }
  due.clear(task);
  counted.clear(task);
}

/** The same for an access that was begun and done in one step: what is due now was due all along. */
export function checkWholeAccess(k: Kernel, task: number, touch: Touch): void {
  const counted = setIn(k.thread.counted, k, task);
  for (let side = 0; side < SIDES; side++) {
    const ctx = ctxOn(k, task, side);
    for (let it = nextDue(k, ctx, touch, 0); it !== 0; it = nextDue(k, ctx, touch, it)) {
      const family = k.family(it);
      if (!counted.has(task, family) && !isBeingDisabled(k, it)) missed(family, task);
      counted.remove(task, family);
    }
  }
  const extra = counted.next(task, 0);
  if (extra !== NULL) stray(extra);
}

/** A tracer may set a breakpoint for the access that its tracee stands at, and take it away again. */
function isTracers(k: Kernel, event: number): boolean {
  return !k.event.record.isLive(event) || k.event.handler.get(event) === HANDLER.ptrace;
}

/**
 * The trap handler has asked for it to be switched off, and the interrupt that does so is to come. Or
 * it was stopped at its limit for good, which Linux is known for: so that a run goes on as there.
 */
function isBeingDisabled(k: Kernel, event: number): boolean {
  return k.event.pendingDisable.get(event) !== 0 || k.event.hwState.get(event) !== 0;
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
  setIn(k.thread.due, k, task).clear(task);
  setIn(k.thread.counted, k, task).clear(task);
  k.thread.traps.set(task, 0, k.thread.depth.get(task));
}

/** The one of the sets, of which there is one for each user frame, that the task's access uses. */
function setIn(sets: readonly Bits[], k: Kernel, task: number): Bits {
  const bits = sets[k.thread.depth.get(task)];
  assert(bits !== undefined, "a set for each user frame");
  return bits;
}

/** An access concerns the events of the task and those of the processor. */
const SIDES = 2;

function ctxOn(k: Kernel, task: number, side: number): number {
  return side === 0 ? k.thread.ctx.get(task) : k.cpuCtx(k.machine.here);
}

/** The next event of a context that is to count the access; 0 ends it. */
function nextDue(k: Kernel, ctx: number, touch: Touch, after: number): number {
  if (ctx === NULL) return 0;
  const { events } = k.ctx;
  let event = events.next(ctx, after);
  while (event !== 0 && !isDue(k, event, touch)) event = events.next(ctx, event);
  return event;
}

function isDue(k: Kernel, event: number, touch: Touch): boolean {
  const { state, groupLeader, cpu, flags } = k.event;
  const it = state.follow(event);
  if (state.of(it) < PERF_EVENT_STATE.inactive) return false;
  const leader = groupLeader.of(it);
  if (leader !== NULL && state.get(leader) < PERF_EVENT_STATE.inactive) return false;
  const only = cpu.of(it);
  if (only >= 0 && only !== k.machine.here) return false;
  const excluded = touch.access.mode === "user" ? FLAG.excludeUser : FLAG.excludeKernel;
  if ((flags.of(it) & excluded) !== 0) return false;
  return k.shouldHit(event, touch);
}
