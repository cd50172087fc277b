import { DONE, NULL, procedure, TASK } from "../machine/index.ts";
import { ctxSchedOut, perfEventSchedIn } from "./ctx-sched.ts";
import { EVENT_ALL, EVENT_FLEXIBLE, EVENT_PINNED } from "./event-state.ts";
import { checkRegisters } from "./hw-registers.ts";
import type { Kernel } from "./kernel.ts";
import { checkEquivalent } from "./promises.ts";
import { arm64ThreadSwitch } from "./trap/arm64.ts";

/**
 * kernel: schedule(), from __perf_event_task_sched_out() to __perf_event_task_sched_in(). Interrupts
 * are off from the first step to the last; other processors go on between them.
 */
export const contextSwitch = procedure("schedule", ["prev", "next", "ctx", "nextCtx"], {
  schedOut(k: Kernel, f) {
    if (f.prev === NULL) return "switchTo";
    k.design.switchedOut(k, f.prev);
    f.ctx = k.thread.ctx.get(f.prev);
    if (f.ctx === NULL) return "switchTo";
    f.nextCtx = f.next === NULL ? NULL : k.thread.ctx.get(f.next);
    return mayBeClones(k, f.ctx, f.nextCtx) ? "trySwap" : "contextOut";
  },

  // Equal contexts change hands instead: no register is touched, no slot changes.
  trySwap(k, f) {
    const swappable =
      contextEquiv(k, f.ctx, f.nextCtx) &&
      k.ctx.nrNoSwitchFast.get(f.ctx) === 0 &&
      k.ctx.nrNoSwitchFast.get(f.nextCtx) === 0;
    if (!swappable) return "contextOut";
    checkEquivalent(k, f.ctx, f.nextCtx);
    k.ctx.task.set(f.ctx, f.next);
    k.ctx.task.set(f.nextCtx, f.prev);
    k.thread.ctx.set(f.prev, f.nextCtx);
    k.thread.ctx.set(f.next, f.ctx);
    return "switchTo";
  },

  contextOut(k, f) {
    ctxSchedOut(k, f.ctx, EVENT_ALL);
    return "switchTo";
  },

  switchTo(k, f) {
    const cpu = k.machine.here;
    k.machine.cpu.current.set(cpu, f.next);
    if (f.next !== NULL) startAfresh(k, f.next);
    if (k.arch.name === "arm64") arm64ThreadSwitch(k, f.prev, f.next);
    return "schedIn";
  },

  schedIn(k, f) {
    const cpu = k.machine.here;
    const ctx = f.next === NULL ? NULL : k.thread.ctx.get(f.next);
    if (ctx !== NULL && k.percpu.taskCtx.get(cpu) !== ctx && k.ctx.nrEvents.get(ctx) > 0) {
      if (hasPinned(k, ctx)) ctxSchedOut(k, k.cpuCtx(cpu), EVENT_FLEXIBLE);
      perfEventSchedIn(k, ctx);
    }
    finishTaskSwitch(k, f.prev);
    checkRegisters(k, cpu);
    k.design.check?.(k, cpu);
    return DONE;
  },
});

/** Traps that a switch comes between are no endless loop. */
function startAfresh(k: Kernel, task: number): void {
  const frame = k.thread.depth.get(task);
  if (k.thread.traps.get(task, frame) > 1) k.thread.traps.set(task, 1, frame);
}

/**
 * kernel: finish_task_switch(). Only now may another processor run the task (its on_cpu). A dead one
 * is switched away from for the last time.
 */
function finishTaskSwitch(k: Kernel, prev: number): void {
  if (prev === NULL) return;
  k.machine.task.cpu.set(prev, -1);
  if (k.machine.keepsLastCpu) k.machine.task.lastCpu.set(prev, k.machine.here);
  if (k.machine.task.state.get(prev) === TASK.zombie) k.putTask(prev);
}

/** What perf_event_context_sched_out() asks without a lock. */
function mayBeClones(k: Kernel, ctx: number, next: number): boolean {
  // As intended an event stays with its task: what is swapped away may never come back.
  if (next === NULL || k.asIntended) return false;
  const { parentCtx } = k.ctx;
  const parent = parentCtx.get(ctx);
  const nextParent = parentCtx.get(next);
  if (parent === NULL && nextParent === NULL) return false;
  return nextParent === ctx || parent === next || nextParent === parent;
}

/** kernel: context_equiv(). */
function contextEquiv(k: Kernel, a: number, b: number): boolean {
  const { pinCount, parentCtx, parentGen, generation } = k.ctx;
  if (pinCount.get(a) !== 0 || pinCount.get(b) !== 0) return false;
  if (parentCtx.get(b) === a) return parentGen.get(b) === generation.get(a);
  if (parentCtx.get(a) === b) return parentGen.get(a) === generation.get(b);
  const parent = parentCtx.get(a);
  return parent !== NULL && parent === parentCtx.get(b) && parentGen.get(a) === parentGen.get(b);
}

function hasPinned(k: Kernel, ctx: number): boolean {
  const { events } = k.ctx;
  for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
    if (k.hasFlag(event, "pinned")) return true;
  }
  return (k.ctx.isActive.get(ctx) & EVENT_PINNED) !== 0;
}
