import { assert, type Errno } from "../base/index.ts";
import { DONE, NULL, procedure, TASK, TOMBSTONE, Violation, WAITS } from "../machine/index.ts";
import { addEventToCtx, ctxResched, putCtx, uncloneCtx } from "./ctx-sched.ts";
import { PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { checkGroup } from "./open-checks.ts";
import { failure } from "./outcome.ts";
import { allocTaskContext } from "./task-context.ts";

/**
 * kernel: find_get_context() and perf_install_in_context(). Puts a new event into the context of its
 * target, or of its CPU; returns 0 or the refusal. For system calls and for the kernel's own events.
 */
export const perfInstallInContext = procedure(
  "perf_install_in_context",
  ["event", "target", "leader", "ctx", "task"],
  {
    findContext: (_: Kernel, f) => (f.target === NULL ? "cpuContext" : "taskContext"),

    cpuContext(k, f) {
      f.ctx = k.cpuCtx(k.event.cpu.get(f.event));
      k.ctx.pinCount.add(f.ctx, 1);
      k.ctx.refs.add(f.ctx, 1);
      return "lockCtx";
    },

    // perf_lock_task_context(). A context that gets an event has no equal any more.
    taskContext(k, f) {
      const ctx = k.thread.ctx.get(f.target);
      if (ctx === NULL) return "newContext";
      uncloneCtx(k, ctx);
      k.ctx.pinCount.add(ctx, 1);
      k.ctx.refs.add(ctx, 1);
      f.ctx = ctx;
      return "lockCtx";
    },

    newContext(k, f) {
      if (!k.machine.lock(k.thread.perfEventMutex, f.target)) return "WAIT";
      if (k.thread.exiting.get(f.target) !== 0) {
        k.unlock(k.thread.perfEventMutex, f.target);
        return k.machine.ret(failure("ESRCH"));
      }
      if (k.thread.ctx.get(f.target) !== NULL) {
        k.unlock(k.thread.perfEventMutex, f.target);
        return "taskContext";
      }
      f.ctx = allocTaskContext(k, f.target);
      k.ctx.pinCount.add(f.ctx, 1);
      k.ctx.refs.add(f.ctx, 1);
      k.thread.ctx.set(f.target, f.ctx);
      k.unlock(k.thread.perfEventMutex, f.target);
      return "lockCtx";
    },

    lockCtx: (k, f) => (k.machine.lock(k.ctx.mutex, f.ctx) ? "checkCtx" : "WAIT"),

    checkCtx(k, f) {
      const cpu = k.event.cpu.get(f.event);
      const isDead = k.ctx.task.get(f.ctx) === TOMBSTONE;
      const isOffline = f.target === NULL && k.machine.cpu.online.get(cpu) === 0;
      const { leader } = f;
      const refused: Errno | undefined = isDead
        ? "ESRCH"
        : isOffline
          ? "ENODEV"
          : checkGroup(k, f.event, { leader, ctx: f.ctx });
      if (refused !== undefined) {
        k.unlock(k.ctx.mutex, f.ctx);
        k.ctx.pinCount.add(f.ctx, -1);
        putCtx(k, f.ctx);
        return k.machine.ret(failure(refused));
      }
      if (leader !== NULL) k.event.groupLeader.set(f.event, leader);
      k.event.ctx.set(f.event, f.ctx); // the reference taken above is the event's now
      return "install";
    },

    // perf_install_in_context(), 6.12: a disabled event in a context that is not empty is only listed.
    install(k, f) {
      const { ctx } = f;
      const task = k.ctx.task.get(ctx);
      const isOff = k.event.state.get(f.event) === PERF_EVENT_STATE.off;
      if (isOff && k.ctx.nrEvents.get(ctx) > 0) {
        if (task !== TOMBSTONE) addEventToCtx(k, f.event, ctx);
        return "unpin";
      }
      f.task = task;
      return task === NULL ? "installOnCpu" : "installOnTask";
    },

    installOnCpu(k, f) {
      const cpu = k.event.cpu.get(f.event);
      if (k.machine.cpu.irqsOff.get(cpu) !== 0) return k.machine.sleep(WAITS.irqs, cpu);
      k.machine.onCpu(cpu, () => installHere(k, f.event, f.ctx));
      return "unpin";
    },

    installOnTask(k, f) {
      const cpu = k.machine.task.cpu.get(f.task);
      if (cpu < 0) return "installLocked";
      if (k.machine.cpu.irqsOff.get(cpu) !== 0) return k.machine.sleep(WAITS.irqs, cpu);
      if (k.machine.cpu.current.get(cpu) !== f.task) return "installLocked";
      // The context is pinned, so it is still this task's; the check is the kernel's all the same.
      let done = false;
      k.machine.onCpu(cpu, () => {
        done = k.ctx.task.get(f.ctx) === f.task;
        if (done) installHere(k, f.event, f.ctx);
      });
      return done ? "unpin" : "installLocked";
    },

    installLocked(k, f) {
      const task = k.ctx.task.get(f.ctx);
      assert(
        task !== TOMBSTONE || k.lacks("Z29"),
        "checked under ctx->mutex, which exit takes, too",
      );
      f.task = task;
      const isRunning = k.machine.task.cpu.get(task) >= 0;
      if (isRunning && k.machine.task.state.get(task) !== TASK.zombie) return "installOnTask";
      if (k.thread.ctx.get(task) !== f.ctx)
        throw new Violation("leaked-event", `event ${f.event} enters a context without an owner`);
      addEventToCtx(k, f.event, f.ctx);
      return "unpin";
    },

    unpin(k, f) {
      k.ctx.pinCount.add(f.ctx, -1);
      k.unlock(k.ctx.mutex, f.ctx);
      return DONE;
    },
  },
);

function installHere(k: Kernel, event: number, ctx: number): void {
  addEventToCtx(k, event, ctx);
  const isTaskCtx = k.ctx.task.get(ctx) !== NULL;
  ctxResched(k, isTaskCtx ? ctx : k.percpu.taskCtx.get(k.machine.here), event);
}
