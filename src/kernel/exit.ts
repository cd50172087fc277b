import { CALLED, DONE, NULL, procedure, TASK, TOMBSTONE } from "../machine/index.ts";
import { ctxSchedOut, putCtx, removeFromContext, uncloneCtx } from "./ctx-sched.ts";
import { ATTACH_CHILD, DETACH, EVENT_ALL } from "./event-state.ts";
import { putEvent } from "./free-event.ts";
import { takeFile, takeRing } from "./held-files.ts";
import type { Kernel } from "./kernel.ts";
import { perfEventWakeup } from "./overflow.ts";
import { flushPtraceHwBreakpoint } from "./ptrace.ts";
import { closeFile } from "./release.ts";
import { sendSignal } from "./send-signal.ts";
import { SIGCHLD } from "./signal-names.ts";
import { dropTaskWork } from "./sigtrap.ts";
import { abandonProgram } from "./user-program.ts";

/** kernel: perf_event_exit_event(). One event leaves the context of a task that is no more. */
const perfEventExitEvent = procedure("perf_event_exit_event", ["event", "ctx", "parent"], {
  lockParent(k: Kernel, f) {
    const isChild = (k.event.attach.get(f.event) & ATTACH_CHILD) !== 0;
    f.parent = isChild ? k.event.parent.get(f.event) : NULL;
    if (f.parent === NULL) return "detach";
    return k.machine.lock(k.event.childMutex, f.parent) ? "detach" : "WAIT";
  },

  // What was inherited is folded into its parent; what was opened stays with its descriptor.
  detach(k, f) {
    const { event } = k;
    if (f.parent === NULL) {
      removeFromContext(k, f.event, f.ctx, DETACH.exit);
      perfEventWakeup(k, f.event);
      return DONE;
    }
    removeFromContext(k, f.event, f.ctx, DETACH.exit);
    event.childList.remove(f.parent, f.event);
    event.attach.set(f.event, event.attach.get(f.event) & ~ATTACH_CHILD);
    event.childCount.add(f.parent, event.count.get(f.event));
    event.samples.add(f.parent, event.samples.get(f.event));
    return "unlockParent";
  },

  unlockParent(k, f) {
    k.unlock(k.event.childMutex, f.parent);
    perfEventWakeup(k, f.parent);
    return k.machine.call(putEvent, [f.event], "done");
  },

  done: () => DONE,
});

/**
 * kernel: perf_event_exit_task_context(). `task` is the running one, or a child that fork gives up
 * before it ever ran; then there is nothing to schedule out.
 */
export const perfEventExitTaskContext = procedure(
  "perf_event_exit_task_context",
  ["task", "ctx", "event"],
  {
    // perf_pin_task_context(): while it is pinned it is not swapped away.
    pin(k: Kernel, f) {
      const ctx = k.thread.ctx.get(f.task);
      if (ctx === NULL) return DONE;
      f.ctx = ctx;
      k.ctx.pinCount.add(ctx, 1);
      k.ctx.refs.add(ctx, 1);
      return "lockCtx";
    },

    lockCtx: (k, f) => (k.machine.lock(k.ctx.mutex, f.ctx) ? "tombstone" : "WAIT"),

    tombstone(k, f) {
      if (f.task === k.machine.self) ctxSchedOut(k, f.ctx, EVENT_ALL);
      k.ctx.refs.add(f.ctx, -1); // the task's own reference; the pin's is still held
      k.thread.ctx.set(f.task, NULL);
      if (!k.lacks("Z29")) {
        k.ctx.task.set(f.ctx, TOMBSTONE);
        k.putTask(f.task);
      }
      uncloneCtx(k, f.ctx);
      return "nextEvent";
    },

    nextEvent(k, f) {
      f.event = k.ctx.events.next(f.ctx, 0);
      if (f.event === NULL) return "unlock";
      return k.machine.call(perfEventExitEvent, [f.event, f.ctx], "nextEvent");
    },

    unlock(k, f) {
      k.unlock(k.ctx.mutex, f.ctx);
      putCtx(k, f.ctx);
      return DONE;
    },
  },
);

/** kernel: perf_event_exit_task(). */
export const perfEventExitTask = procedure("perf_event_exit_task", [], {
  lockOwned: (k: Kernel) =>
    k.machine.lock(k.thread.perfEventMutex, k.machine.self) ? "disownAll" : "WAIT",
  // Under its mutex the list holds no event that close() has freed.
  disownAll(k) {
    const { self } = k.machine;
    // Nobody but the task itself makes an event its own: no need to follow those of others.
    for (let event = 1; event <= k.event.record.count; event++) {
      if (k.event.owner.holds(event, self)) k.event.owner.set(event, NULL);
    }
    k.unlock(k.thread.perfEventMutex, self);
    return k.machine.call(perfEventExitTaskContext, [self], "done");
  },
  done: () => DONE,
});

/** kernel: do_exit(). */
export const doExit = procedure("do_exit", ["event"], {
  exiting(k: Kernel) {
    k.thread.exiting.set(k.machine.self, 1);
    return k.machine.call(perfEventExitTask, [], "files");
  },

  files(k, f) {
    const { self } = k.machine;
    if (!isLastThread(k, self)) return "taskWork";
    const leader = k.thread.leader.get(self);
    f.event = takeRing(k, leader) || takeFile(k, leader);
    if (f.event === NULL) return "taskWork";
    return k.machine.call(closeFile, [f.event], "files");
  },

  taskWork(k) {
    return dropTaskWork(k, k.machine.self, "taskWork") ? CALLED : "ptraceBreakpoints";
  },

  ptraceBreakpoints: (k) => k.machine.call(flushPtraceHwBreakpoint, [k.machine.self], "notify"),

  // From here on it is dead, and only leaves its processor; see finishTaskSwitch().
  notify(k) {
    const { self } = k.machine;
    abandonProgram(k, self);
    k.user.fate.set(1, 1 + k.thread.killedBy.get(self), k.thread.actor.get(self));
    k.machine.task.state.set(self, TASK.zombie);
    orphanChildren(k, self);
    notifyParent(k, self);
    return DONE;
  },
});

function isLastThread(k: Kernel, task: number): boolean {
  return otherThread(k, task) === NULL;
}

/** A thread of the same process that lives on, if there is one; else NULL. */
function otherThread(k: Kernel, task: number): number {
  const leader = k.thread.leader.get(task);
  for (let it = 1; it <= k.machine.tasks; it++) {
    if (it === task || !k.thread.leader.holds(it, leader)) continue;
    const dead = k.machine.task.state.get(it) === TASK.zombie || k.thread.exiting.get(it) !== 0;
    if (!dead) return it;
  }
  return NULL;
}

/**
 * kernel: forget_original_parent(). The children go to another thread of the process, or else to init,
 * which reaps them, at once if they are dead already.
 */
function orphanChildren(k: Kernel, parent: number): void {
  const reaper = otherThread(k, parent);
  for (let it = 1; it <= k.machine.tasks; it++) {
    if (!k.machine.task.record.isLive(it)) continue;
    if (k.thread.tracer.get(it) === parent) releaseTracee(k, it);
    if (k.thread.parent.get(it) !== parent) continue;
    k.thread.parent.set(it, reaper);
    if (reaper === NULL && k.machine.task.state.get(it) === TASK.zombie) reap(k, it);
  }
}

/** kernel: exit_ptrace(). A tracee that stood for its tracer goes on. */
function releaseTracee(k: Kernel, task: number): void {
  k.thread.tracer.set(task, NULL);
  k.thread.ptraceMessage.set(task, 0);
  if (k.thread.ptraceStep.get(task) !== 0) k.thread.stepBit.set(task, 0);
  k.thread.ptraceStep.set(task, 0);
  if (k.machine.task.state.get(task) === TASK.stopped) k.machine.task.state.set(task, TASK.ready);
}

/** kernel: release_task(). The other reference is the scheduler's, until the last switch. */
export function reap(k: Kernel, task: number): void {
  k.putTask(task);
}

/** kernel: exit_notify(). Without a parent to ask, or for a thread, the kernel reaps at once. */
export function notifyParent(k: Kernel, task: number): void {
  const parent = k.thread.parent.get(task);
  const isThread = k.thread.leader.get(task) !== task;
  if (parent === NULL || isThread) {
    reap(k, task);
    return;
  }
  sendSignal(k, parent, SIGCHLD);
}
