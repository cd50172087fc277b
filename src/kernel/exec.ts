import { DONE, NULL, procedure } from "../machine/index.ts";
import {
  ctxSchedOut,
  perfEventSchedIn,
  putCtx,
  removeFromContext,
  uncloneCtx,
} from "./ctx-sched.ts";
import { deThread } from "./de-thread.ts";
import { ATTACH_CHILD, DETACH, EVENT_ALL, FLAG, PERF_EVENT_STATE } from "./event-state.ts";
import { perfEventExitTaskContext } from "./exit.ts";
import { putEvent } from "./free-event.ts";
import { takeCloexecFile, takeRing } from "./held-files.ts";
import type { Kernel } from "./kernel.ts";
import { forgetAccesses } from "./observer.ts";
import { perfEventWakeup } from "./overflow.ts";
import { checkExecuted } from "./promises.ts";
import { flushPtraceHwBreakpoint } from "./ptrace.ts";
import { closeFile, perfRemoveFromContext, perfRemoveFromOwner } from "./release.ts";
import { sendSignal } from "./send-signal.ts";
import { SIGNALS, SIGTRAP } from "./signal-names.ts";
import { finish, stepOf } from "./user-program.ts";
import { WAIT_FOR } from "./waits.ts";

/** kernel: perf_event_remove_on_exec(). */
const removeOnExec = procedure("perf_event_remove_on_exec", ["ctx", "event", "parent", "removed"], {
  lockCtx(k: Kernel, f) {
    f.ctx = k.thread.ctx.get(k.machine.self);
    if (f.ctx === NULL) return DONE;
    return k.machine.lock(k.ctx.mutex, f.ctx) ? "pin" : "WAIT";
  },
  pin(k, f) {
    // Between the look and the lock the context may have been swapped for an equal one.
    const ctx = k.thread.ctx.get(k.machine.self);
    if (ctx !== f.ctx) {
      k.unlock(k.ctx.mutex, f.ctx);
      return "lockCtx";
    }
    k.ctx.pinCount.add(ctx, 1);
    k.ctx.refs.add(ctx, 1);
    return "nextEvent";
  },
  nextEvent(k, f) {
    // Who asked for signals is told that the event has ended, as when its task exits.
    if (f.event !== NULL && f.parent === NULL) perfEventWakeup(k, f.event);
    f.event = nextToRemove(k, f.ctx, f.event);
    if (f.event === NULL) return "unlock";
    f.removed = 1;
    const isChild = (k.event.attach.get(f.event) & ATTACH_CHILD) !== 0;
    f.parent = isChild ? k.event.parent.get(f.event) : NULL;
    if (f.parent === NULL) return k.machine.call(perfRemoveFromOwner, [f.event], "detach");
    return k.machine.lock(k.event.childMutex, f.parent) ? "detachChild" : "WAIT";
  },
  detach: (k, f) => k.machine.call(perfRemoveFromContext, [f.event, DETACH.exit], "nextEvent"),
  detachChild(k, f) {
    removeFromContext(k, f.event, f.ctx, DETACH.exit);
    k.event.childList.remove(f.parent, f.event);
    k.event.attach.set(f.event, k.event.attach.get(f.event) & ~ATTACH_CHILD);
    k.event.childCount.add(f.parent, k.event.count.get(f.event));
    k.unlock(k.event.childMutex, f.parent);
    perfEventWakeup(k, f.parent);
    return k.machine.call(putEvent, [f.event], "nextEvent");
  },
  unlock(k, f) {
    k.unlock(k.ctx.mutex, f.ctx);
    if (f.removed !== 0) uncloneCtx(k, f.ctx);
    k.ctx.pinCount.add(f.ctx, -1);
    putCtx(k, f.ctx);
    return DONE;
  },
});

function nextToRemove(k: Kernel, ctx: number, after: number): number {
  const { events } = k.ctx;
  let event = events.next(ctx, after);
  while (event !== NULL && !k.hasFlag(event, "removeOnExec")) event = events.next(ctx, event);
  return event;
}

/** kernel: begin_new_exec(), as far as breakpoints are concerned. */
export const execve = procedure("begin_new_exec", [], {
  threads: (k: Kernel) => k.machine.call(deThread, [], "alone"),
  alone: (k, f) => (f.ret === 0 ? "lockExec" : finish(k, f.ret)),

  lockExec(k) {
    const { self } = k.machine;
    // Before the fix nobody waited for anybody; that an exec is under way is noted all the same.
    if (!k.lacks("Z35") && k.thread.execLock.get(self) !== 0)
      return k.machine.sleep(WAIT_FOR.noReader, self);
    k.thread.execLock.set(self, -1);
    return "flushThread";
  },

  flushThread(k) {
    const { self } = k.machine;
    forgetAccesses(k, self);
    k.thread.depth.set(self, 0);
    for (let signal = 0; signal < SIGNALS; signal++) k.thread.handler.set(self, 0, signal);
    return k.machine.call(flushPtraceHwBreakpoint, [self], "enableOnExec");
  },

  enableOnExec(k) {
    // exec_mmap() and do_close_on_exec() have come before.
    const leader = k.thread.leader.get(k.machine.self);
    const event = takeRing(k, leader) || takeCloexecFile(k, leader);
    if (event !== NULL) return k.machine.call(closeFile, [event], "enableOnExec");
    const ctx = k.thread.ctx.get(k.machine.self);
    if (ctx === NULL) return "dumpable";
    perfEventEnableOnExec(k, ctx);
    return k.machine.call(removeOnExec, [], "dumpable");
  },

  // A program that may not be looked into is not watched on: the context goes, the task lives.
  dumpable(k) {
    const { self } = k.machine;
    const { op } = stepOf(k, self);
    if (op.kind !== "exec" || !op.undumpable) {
      k.thread.dumpable.set(self, 1);
      return "done";
    }
    k.thread.dumpable.set(self, 0);
    return k.machine.call(perfEventExitTaskContext, [self], "done");
  },

  done(k) {
    const { self } = k.machine;
    checkExecuted(k, self);
    k.thread.execLock.set(self, 0);
    if (k.thread.tracer.get(self) !== NULL) sendSignal(k, self, SIGTRAP);
    return finish(k, 0);
  },
});

/** kernel: perf_event_enable_on_exec(). */
function perfEventEnableOnExec(k: Kernel, ctx: number): void {
  const { events } = k.ctx;
  let enabled = NULL;
  ctxSchedOut(k, ctx, EVENT_ALL);
  for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
    if (!k.hasFlag(event, "enableOnExec")) continue;
    const flags = k.event.flags.get(event);
    k.event.flags.set(event, flags & ~FLAG.enableOnExec);
    if (k.event.state.get(event) >= PERF_EVENT_STATE.inactive) continue;
    k.event.state.set(event, PERF_EVENT_STATE.inactive);
    enabled = event;
  }
  if (enabled !== NULL) uncloneCtx(k, ctx);
  if (!k.ctx.events.isEmpty(ctx)) perfEventSchedIn(k, ctx);
}
