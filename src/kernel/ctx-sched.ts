import { NULL } from "../machine/index.ts";
import {
  ATTACH_CONTEXT,
  DETACH,
  EVENT_ALL,
  EVENT_FLEXIBLE,
  EVENT_PINNED,
  PERF_EVENT_STATE,
} from "./event-state.ts";
import { hwBreakpointAdd, hwBreakpointDel } from "./hw-registers.ts";
import type { Kernel } from "./kernel.ts";
import { beginPeriod } from "./period.ts";

// Everything here runs with interrupts off and the context's lock held, on the processor that the
// step is on: each caller is one atomic step.

/** kernel: list_add_event(), and what makes a context unlike its clones. */
export function addEventToCtx(k: Kernel, event: number, ctx: number): void {
  k.ctx.events.add(ctx, event);
  k.ctx.nrEvents.add(ctx, 1);
  k.ctx.generation.add(ctx, 1);
  k.event.attach.set(event, k.event.attach.get(event) | ATTACH_CONTEXT);
}

/** kernel: list_del_event(). */
export function listDelEvent(k: Kernel, event: number, ctx: number): void {
  const attach = k.event.attach.get(event);
  if ((attach & ATTACH_CONTEXT) === 0) return;
  k.event.attach.set(event, attach & ~ATTACH_CONTEXT);
  k.ctx.events.remove(ctx, event);
  k.ctx.nrEvents.add(ctx, -1);
  k.ctx.generation.add(ctx, 1);
}

/** kernel: get_event_type(). */
export function eventTypeOf(k: Kernel, event: number): number {
  return k.hasFlag(leaderOf(k, event), "pinned") ? EVENT_PINNED : EVENT_FLEXIBLE;
}

export function leaderOf(k: Kernel, event: number): number {
  return k.event.groupLeader.get(event) || event;
}

/** kernel: ctx_sched_out(). */
export function ctxSchedOut(k: Kernel, ctx: number, types: number): void {
  const { isActive, events, task } = k.ctx;
  const was = isActive.get(ctx);
  if (was === 0) return;
  isActive.set(ctx, was & ~types);
  if (task.get(ctx) !== NULL && (was & ~types) === 0) k.percpu.taskCtx.set(k.machine.here, NULL);
  for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
    if ((eventTypeOf(k, event) & types) !== 0) eventSchedOut(k, event);
  }
}

/** kernel: ctx_sched_in(). */
export function ctxSchedIn(k: Kernel, ctx: number, types: number): void {
  const { isActive, task } = k.ctx;
  const was = isActive.get(ctx);
  isActive.set(ctx, was | types);
  if (task.get(ctx) !== NULL) k.percpu.taskCtx.set(k.machine.here, ctx);
  if ((types & ~was & EVENT_PINNED) !== 0) groupsSchedIn(k, ctx, EVENT_PINNED);
  if ((types & ~was & EVENT_FLEXIBLE) !== 0) groupsSchedIn(k, ctx, EVENT_FLEXIBLE);
}

/** kernel: perf_event_sched_in(). The order decides who gets the registers. */
export function perfEventSchedIn(k: Kernel, taskCtx: number): void {
  const cpuCtx = k.cpuCtx(k.machine.here);
  ctxSchedIn(k, cpuCtx, EVENT_PINNED);
  if (taskCtx !== NULL) ctxSchedIn(k, taskCtx, EVENT_PINNED);
  ctxSchedIn(k, cpuCtx, EVENT_FLEXIBLE);
  if (taskCtx !== NULL) ctxSchedIn(k, taskCtx, EVENT_FLEXIBLE);
}

/** kernel: ctx_resched(). Makes room for `event` by taking out what comes after it, then all in. */
export function ctxResched(k: Kernel, taskCtx: number, event: number): void {
  let types = eventTypeOf(k, event);
  if ((types & EVENT_PINNED) !== 0) types |= EVENT_FLEXIBLE;
  const cpuCtx = k.cpuCtx(k.machine.here);
  const isCpuEvent = k.event.ctx.get(event) === cpuCtx;
  if (taskCtx !== NULL) ctxSchedOut(k, taskCtx, types);
  if (isCpuEvent) ctxSchedOut(k, cpuCtx, types);
  else if ((types & EVENT_PINNED) !== 0) ctxSchedOut(k, cpuCtx, EVENT_FLEXIBLE);
  perfEventSchedIn(k, taskCtx);
}

function groupsSchedIn(k: Kernel, ctx: number, type: number): void {
  const { events } = k.ctx;
  for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
    if (leaderOf(k, event) !== event || eventTypeOf(k, event) !== type) continue;
    if (k.event.state.get(event) !== PERF_EVENT_STATE.inactive || !filterMatch(k, event)) continue;
    if (groupSchedIn(k, event, ctx)) continue;
    if (type === EVENT_PINNED) k.event.state.set(event, PERF_EVENT_STATE.error);
  }
}

/** kernel: group_sched_in(). All of a group, or nothing. */
function groupSchedIn(k: Kernel, leader: number, ctx: number): boolean {
  if (!eventSchedIn(k, leader)) return false;
  const { events } = k.ctx;
  for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
    if (event === leader || k.event.groupLeader.get(event) !== leader) continue;
    if (eventSchedIn(k, event)) continue;
    for (let it = events.next(ctx, 0); it !== 0; it = events.next(ctx, it)) {
      if (leaderOf(k, it) === leader) eventSchedOut(k, it);
    }
    return false;
  }
  return true;
}

/** kernel: event_filter_match(). */
export function filterMatch(k: Kernel, event: number): boolean {
  const cpu = k.event.cpu.get(event);
  return cpu < 0 || cpu === k.machine.here;
}

/** kernel: event_sched_in(). False if there was no register for it. */
function eventSchedIn(k: Kernel, event: number): boolean {
  const { state, oncpu } = k.event;
  if (state.get(event) <= PERF_EVENT_STATE.off) return true;
  oncpu.set(event, k.machine.here);
  state.set(event, PERF_EVENT_STATE.active);
  beginPeriod(k, event);
  if (hwBreakpointAdd(k, event)) return true;
  state.set(event, PERF_EVENT_STATE.inactive);
  oncpu.set(event, -1);
  return false;
}

/** kernel: event_sched_out(). */
export function eventSchedOut(k: Kernel, event: number): void {
  const { state, oncpu, pendingDisable } = k.event;
  if (state.get(event) !== PERF_EVENT_STATE.active) return;
  hwBreakpointDel(k, event);
  oncpu.set(event, -1);
  let next: number = PERF_EVENT_STATE.inactive;
  if (pendingDisable.get(event) !== 0) {
    pendingDisable.set(event, 0);
    next = PERF_EVENT_STATE.off;
  }
  state.set(event, next);
}

/** kernel: unclone_ctx(). After it the context has no equal that it could be swapped with. */
export function uncloneCtx(k: Kernel, ctx: number): void {
  const parent = k.ctx.parentCtx.get(ctx);
  k.ctx.parentCtx.set(ctx, NULL);
  k.ctx.generation.add(ctx, 1);
  if (parent !== NULL) putCtx(k, parent);
}

/** kernel: put_ctx(). The last reference gives those on the task and on the parent context back. */
export function putCtx(k: Kernel, ctx: number): void {
  if (k.ctx.refs.add(ctx, -1) !== 0) return;
  const parent = k.ctx.parentCtx.get(ctx);
  const task = k.ctx.task.get(ctx);
  k.ctx.record.free(ctx);
  if (parent !== NULL) putCtx(k, parent);
  if (task > NULL) k.putTask(task);
}

/** kernel: event_sched_out() and list_del_event() in __perf_remove_from_context(). */
export function removeFromContext(k: Kernel, event: number, ctx: number, how: number): void {
  const { state, pendingDisable } = k.event;
  eventSchedOut(k, event);
  if (how === DETACH.exit) state.set(event, Math.min(state.get(event), PERF_EVENT_STATE.exit));
  if (how === DETACH.dead) {
    pendingDisable.set(event, 0);
    state.set(event, PERF_EVENT_STATE.dead);
  }
  listDelEvent(k, event, ctx);
  detachFromGroup(k, event, ctx);
  if (k.ctx.nrEvents.get(ctx) === 0 && k.ctx.isActive.get(ctx) !== 0) {
    const isTaskCtx = k.ctx.task.get(ctx) !== NULL;
    if (isTaskCtx) {
      k.ctx.isActive.set(ctx, 0);
      k.percpu.taskCtx.set(k.machine.here, NULL);
    } else ctxSchedOut(k, ctx, EVENT_ALL);
  }
}

/** kernel: perf_group_detach(). The siblings of a leader that goes become events of their own. */
function detachFromGroup(k: Kernel, event: number, ctx: number): void {
  const { groupLeader } = k.event;
  groupLeader.set(event, NULL);
  const { events } = k.ctx;
  for (let it = events.next(ctx, 0); it !== 0; it = events.next(ctx, it)) {
    if (groupLeader.get(it) !== event) continue;
    groupLeader.set(it, NULL);
  }
}
