import { assert } from "../base/index.ts";
import { DONE, NULL, procedure, TOMBSTONE, WAITS } from "../machine/index.ts";
import {
  ctxResched,
  eventSchedOut,
  filterMatch,
  leaderOf,
  removeFromContext,
} from "./ctx-sched.ts";
import { PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";

/** What is done to an event where its context is, and with which argument. */
export const EVENT_FUNCTION = { disable: 1, enable: 2, remove: 3, period: 4 } as const;

/**
 * kernel: event_function_call(). Does something to an event on the processor where its context is
 * scheduled in, or here if it is scheduled in nowhere. The caller holds ctx->mutex, which does not
 * keep the context from being swapped to another task in the meantime.
 */
export const eventFunctionCall = procedure(
  "event_function_call",
  ["event", "func", "arg", "task"],
  {
    readTask(k: Kernel, f) {
      const task = k.ctx.task.get(k.event.ctx.get(f.event));
      if (task === TOMBSTONE) return DONE;
      f.task = task;
      return task === NULL ? "ipiCpu" : "ipiTask";
    },

    ipiCpu(k, f) {
      const cpu = k.event.cpu.get(f.event);
      if (k.machine.cpu.online.get(cpu) === 0) return "locked"; // cpu_function_call(): ENXIO
      if (k.machine.cpu.irqsOff.get(cpu) !== 0) return k.machine.sleep(WAITS.irqs, cpu);
      k.machine.onCpu(cpu, () => runHere(k, f.event, f.func, f.arg));
      return DONE;
    },

    // task_function_call(): only where the task is current, and if the context is still its own.
    ipiTask(k, f) {
      const cpu = k.machine.task.cpu.get(f.task);
      if (cpu < 0) return "locked";
      if (k.machine.cpu.irqsOff.get(cpu) !== 0) return k.machine.sleep(WAITS.irqs, cpu);
      if (k.machine.cpu.current.get(cpu) !== f.task) return "locked";
      let done = false;
      k.machine.onCpu(cpu, () => {
        const ctx = k.event.ctx.get(f.event);
        done = k.ctx.task.get(ctx) === f.task;
        if (!done) return;
        const isActive = k.ctx.isActive.get(ctx) !== 0;
        if (!isActive && !k.asIntended) k.onComplaint?.("event_function: !ctx->is_active");
        k.warnOn(isActive && k.percpu.taskCtx.get(cpu) !== ctx, "active, but not on this cpu");
        runHere(k, f.event, f.func, f.arg);
      });
      return done ? DONE : "locked";
    },

    // With ctx->lock: who has become active meanwhile must be asked again.
    locked(k, f) {
      const ctx = k.event.ctx.get(f.event);
      const task = k.ctx.task.get(ctx);
      if (task === TOMBSTONE) return DONE;
      f.task = task;
      if (task !== NULL && k.ctx.isActive.get(ctx) !== 0) return "ipiTask";
      runHere(k, f.event, f.func, f.arg);
      return DONE;
    },
  },
);

function runHere(k: Kernel, event: number, func: number, arg: number): void {
  const ctx = k.event.ctx.get(event);
  if (func === EVENT_FUNCTION.disable) perfEventDisableLocked(k, event, ctx);
  else if (func === EVENT_FUNCTION.enable) perfEventEnableLocked(k, event, ctx);
  else if (func === EVENT_FUNCTION.remove) removeFromContext(k, event, ctx, arg);
  else {
    assert(func === EVENT_FUNCTION.period, "one of the event functions");
    k.event.samplePeriod.set(event, arg);
    k.event.periodLeft.set(event, 0);
    // kernel: pmu->stop() and pmu->start(), for an event that is on a processor.
    if (k.event.state.get(event) === PERF_EVENT_STATE.active) k.event.hwState.set(event, 0);
  }
}

/** kernel: __perf_event_disable(). */
export function perfEventDisableLocked(k: Kernel, event: number, ctx: number): void {
  if (k.event.state.get(event) < PERF_EVENT_STATE.inactive) return;
  eventSchedOut(k, event);
  // A leader takes its group along.
  for (let it = k.ctx.events.next(ctx, 0); it !== 0; it = k.ctx.events.next(ctx, it)) {
    if (k.event.groupLeader.get(it) === event) eventSchedOut(k, it);
  }
  k.event.state.set(event, PERF_EVENT_STATE.off);
}

/** kernel: __perf_event_enable(). */
export function perfEventEnableLocked(k: Kernel, event: number, ctx: number): void {
  const { state } = k.event;
  const was = state.get(event);
  if (was >= PERF_EVENT_STATE.inactive || was <= PERF_EVENT_STATE.error) return;
  state.set(event, PERF_EVENT_STATE.inactive);
  if (k.ctx.isActive.get(ctx) === 0 || !filterMatch(k, event)) return;
  const leader = leaderOf(k, event);
  if (leader !== event && state.get(leader) !== PERF_EVENT_STATE.active) return;
  const isTaskCtx = k.ctx.task.get(ctx) !== NULL;
  ctxResched(k, isTaskCtx ? ctx : k.percpu.taskCtx.get(k.machine.here), event);
}
