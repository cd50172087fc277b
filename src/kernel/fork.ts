import { DONE, NULL, procedure, TASK } from "../machine/index.ts";
import { registerPerfHwBreakpoint } from "./breakpoint-slot.ts";
import { addEventToCtx, putCtx } from "./ctx-sched.ts";
import { attrOf, perfEventAlloc, perfEventDrop } from "./event-alloc.ts";
import { ATTACH_CHILD, ATTACH_CONTEXT, PERF_EVENT_STATE } from "./event-state.ts";
import { perfEventExitTaskContext } from "./exit.ts";
import { freeEvent } from "./free-event.ts";
import type { Kernel } from "./kernel.ts";
import { failure } from "./outcome.ts";
import { checkAllInherited, checkInherited } from "./promises.ts";
import { SIGNALS, SIGTRAP } from "./signal-names.ts";
import { allocTaskContext } from "./task-context.ts";
import { finish, stepOf } from "./user-program.ts";
import { WAIT_FOR } from "./waits.ts";

/** kernel: inherit_event(). Makes the child's own event, with slots of its own. */
const INHERIT = ["event", "child", "made", "original", "wantsToRun"] as const;
const inheritEvent = procedure("inherit_event", INHERIT, {
  // What it is like and whether it is on is looked up now. Only the mutex of the forking task's context
  // is held; an ioctl holds that of the context in which the family's first event is, which is another
  // one if the parent has inherited its event itself.
  alloc(k: Kernel, f) {
    f.original = k.family(f.event);
    f.wantsToRun = k.event.state.get(f.event) >= PERF_EVENT_STATE.inactive ? 1 : 0;
    const attr = attrOf(k, f.original);
    const cpu = k.event.cpu.get(f.original);
    const wanted = f.original + k.program.birthOf(k.thread.actor.get(f.child));
    f.made = perfEventAlloc(k, attr, { target: f.child, cpu, parent: f.original, wanted });
    k.event.handler.set(f.made, k.event.handler.get(f.original));
    checkInherited(k, f.made, f.original);
    const refused = registerPerfHwBreakpoint(k, f.made);
    if (refused === undefined) return "ctx";
    perfEventDrop(k, f.made);
    return k.machine.ret(failure(refused));
  },

  // The child's context is made with the first event that needs it.
  ctx(k, f) {
    if (k.thread.ctx.get(f.child) === NULL) {
      k.thread.ctx.set(f.child, allocTaskContext(k, f.child));
    }
    const ctx = k.thread.ctx.get(f.child);
    k.event.ctx.set(f.made, ctx);
    k.ctx.refs.add(ctx, 1);
    return "lockChildren";
  },

  lockChildren: (k, f) => (k.machine.lock(k.event.childMutex, f.original) ? "link" : "WAIT"),

  link(k, f) {
    const { event } = k;
    const isOrphan = event.state.get(f.original) === PERF_EVENT_STATE.dead;
    if (isOrphan) {
      k.unlock(event.childMutex, f.original);
      event.parent.set(f.made, NULL);
      return "dropOrphan";
    }
    event.refs.add(f.original, 1);
    const { inactive, off } = PERF_EVENT_STATE;
    event.state.set(f.made, f.wantsToRun !== 0 ? inactive : off);
    const leader = event.groupLeader.get(f.event);
    if (leader !== NULL) event.groupLeader.set(f.made, childOf(k, leader, f.child));
    addEventToCtx(k, f.made, event.ctx.get(f.made));
    event.attach.set(f.made, ATTACH_CONTEXT | ATTACH_CHILD);
    event.childList.add(f.original, f.made);
    k.unlock(event.childMutex, f.original);
    return DONE;
  },

  // The last descriptor was closed meanwhile: the child's event goes as it came.
  dropOrphan(k, f) {
    return k.machine.call(freeEvent, [f.made], "done");
  },
  done: () => DONE,
});

/** kernel: perf_event_init_context(). Runs in the parent; nobody can see the child yet. */
const perfEventInitTask = procedure(
  "perf_event_init_task",
  ["child", "ctx", "event", "allInherited", "error"],
  {
    // While the parent's context is pinned it is not swapped away.
    pin(k: Kernel, f) {
      const ctx = k.thread.ctx.get(k.machine.self);
      if (ctx === NULL) return DONE;
      f.ctx = ctx;
      f.allInherited = 1;
      k.ctx.pinCount.add(ctx, 1);
      k.ctx.refs.add(ctx, 1);
      return "lockCtx";
    },

    lockCtx: (k, f) => (k.machine.lock(k.ctx.mutex, f.ctx) ? "nextEvent" : "WAIT"),

    nextEvent(k, f) {
      if (f.ret !== 0) {
        f.error = f.ret;
        return "clone";
      }
      f.event = k.ctx.events.next(f.ctx, f.event);
      if (f.event === NULL) return "clone";
      if (!isInherited(k, f.event)) {
        f.allInherited = 0;
        return "nextEvent";
      }
      return k.machine.call(inheritEvent, [f.event, f.child], "nextEvent");
    },

    // A clone is a context that has the same events: only then may the two be swapped.
    clone(k, f) {
      const made = k.thread.ctx.get(f.child);
      if (made !== NULL && f.allInherited !== 0) {
        const { parentCtx, parentGen, generation } = k.ctx;
        const grandparent = parentCtx.get(f.ctx);
        parentCtx.set(made, grandparent || f.ctx);
        parentGen.set(made, grandparent ? parentGen.get(f.ctx) : generation.get(f.ctx));
        k.ctx.refs.add(parentCtx.get(made), 1);
      }
      checkAllInherited(k, f);
      k.unlock(k.ctx.mutex, f.ctx);
      k.ctx.pinCount.add(f.ctx, -1);
      putCtx(k, f.ctx);
      return k.machine.ret(f.error);
    },
  },
);

/**
 * kernel: inherit_task_group(). It asks the leader of a group alone: as Linux is, the others come
 * along whatever they say themselves, but for `inherit`, which is the same in all of a group.
 */
function isInherited(k: Kernel, member: number): boolean {
  const { op } = stepOf(k, k.machine.self);
  const event = k.asIntended ? member : k.event.groupLeader.get(member) || member;
  if (!k.hasFlag(event, "inherit")) return false;
  if (k.hasFlag(event, "inheritThread") && op.kind !== "thread") return false;
  return !(k.hasFlag(event, "sigtrap") && op.kind === "fork" && op.clearHandlers);
}

function childOf(k: Kernel, leader: number, child: number): number {
  const ctx = k.thread.ctx.get(child);
  const family = k.family(leader);
  for (let it = k.ctx.events.next(ctx, 0); it !== 0; it = k.ctx.events.next(ctx, it)) {
    if (k.event.parent.get(it) === family) return it;
  }
  return NULL;
}

/** kernel: copy_process(), for a process and for a thread. */
export const copyProcess = procedure("copy_process", ["child", "error", "ctx"], {
  dup(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    if (op.kind !== "fork" && op.kind !== "thread") return finish(k, failure("EINVAL"));
    f.child = dupTask(k, k.machine.self, k.program.actor(op.task), op.kind === "thread");
    if (op.kind === "fork" && op.clearHandlers) clearHandlers(k, f.child);
    return k.machine.call(perfEventInitTask, [f.child], "inherited");
  },

  inherited(k, f) {
    const { op } = stepOf(k, k.machine.self);
    f.error = f.ret;
    if (f.error === 0 && op.kind === "fork" && op.takenPid) f.error = failure("EEXIST");
    if (f.error !== 0) {
      f.ctx = k.thread.ctx.get(f.child);
      if (f.ctx !== NULL) k.ctx.refs.add(f.ctx, 1);
      return k.machine.call(perfEventExitTaskContext, [f.child], "waitForClosers");
    }
    publish(k, k.machine.self, f.child);
    return finish(k, 0);
  },

  // perf_event_free_task(): a close() that has hold of one of the events must be gone first.
  waitForClosers(k, f) {
    if (f.ctx === NULL) return "giveUp";
    if (!k.lacks("Z31") && k.ctx.refs.get(f.ctx) > 1) {
      k.ctx.woken.set(f.ctx, 0);
      return k.machine.sleep(WAIT_FOR.lastRef, f.ctx);
    }
    putCtx(k, f.ctx);
    f.ctx = NULL;
    return "giveUp";
  },

  giveUp(k, f) {
    // Before the fix it was freed whoever still pointed at it.
    if (k.lacks("Z31")) k.machine.task.record.free(f.child);
    else k.putTask(f.child);
    return finish(k, f.error);
  },
});

function dupTask(k: Kernel, parent: number, actor: number, isThread: boolean): number {
  const { thread, machine } = k;
  const child = k.newTask(actor, machine.task.allowed.get(parent));
  thread.parent.set(child, isThread ? NULL : parent);
  if (isThread) {
    const leader = thread.leader.get(parent);
    thread.leader.set(child, leader);
    thread.refs.add(leader, 1);
  }
  thread.user.set(child, thread.user.get(parent));
  thread.dumpable.set(child, thread.dumpable.get(parent));
  thread.hwBrkAddr.set(child, thread.hwBrkAddr.get(parent));
  thread.hwBrkType.set(child, thread.hwBrkType.get(parent));
  thread.blocked.set(child, thread.blocked.get(parent));
  if (!isThread) copySighand(k, thread.leader.get(parent), child);
  return child;
}

/** kernel: copy_sighand(). Threads have one in common, which is kept in their leader. */
function copySighand(k: Kernel, from: number, to: number): void {
  const { thread } = k;
  thread.ignored.set(to, thread.ignored.get(from));
  for (let signal = 0; signal < SIGNALS; signal++)
    thread.handler.set(to, thread.handler.get(from, signal), signal);
}

/** CLONE_CLEAR_SIGHAND: what was handled is at its default again, what was ignored stays so. */
function clearHandlers(k: Kernel, child: number): void {
  for (let signal = SIGTRAP; signal < SIGNALS; signal++) k.thread.handler.set(child, 0, signal);
}

/** The child can be seen and run from here on, and has its copy of the descriptors. */
function publish(k: Kernel, parent: number, child: number): void {
  const { thread } = k;
  const { op } = stepOf(k, parent);
  thread.refs.add(child, 1); // the scheduler's, until the last switch away from it
  k.machine.task.state.set(child, TASK.ready);
  k.user.taskOf.set(1, child, thread.actor.get(child));
  if (op.kind !== "fork" || op.noFds) return;
  const leader = thread.leader.get(parent);
  thread.files.copy(leader, child);
  for (let it = thread.files.next(child, 0); it !== 0; it = thread.files.next(child, it))
    k.event.files.add(it, 1);
}
