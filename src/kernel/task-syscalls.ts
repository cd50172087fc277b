import { NULL, procedure, TASK, WAITS } from "../machine/index.ts";
import { ctxSchedOut, removeFromContext } from "./ctx-sched.ts";
import { DETACH, EVENT_ALL, PERF_EVENT_STATE } from "./event-state.ts";
import { doExit, reap } from "./exit.ts";
import type { Kernel } from "./kernel.ts";
import { userNumber } from "./kernel.ts";
import { failure } from "./outcome.ts";
import { sendSignal } from "./send-signal.ts";
import { SIGNALS, signalIndex } from "./signal-names.ts";
import { COUNTED_ONLY } from "./signals.ts";
import { finish, stepOf, taskByName } from "./user-program.ts";
import { isDead, isReaped, WAIT_FOR } from "./waits.ts";

/** kernel: kernel_wait4(). Waits for one task to be dead, and reaps it if it is a child. */
export const wait4 = procedure("kernel_wait4", ["child"], {
  find(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    if (op.kind !== "wait") return finish(k, failure("EINVAL"));
    f.child = taskByName(k, op.task);
    if (f.child === NULL) return k.machine.sleep(WAIT_FOR.birth, k.program.actor(op.task));
    return "wait";
  },
  wait(k, f) {
    if (!isDead(k, f.child)) return k.machine.sleep(WAIT_FOR.death, f.child);
    if (k.machine.task.record.isLive(f.child) && k.thread.parent.get(f.child) === k.machine.self) {
      k.thread.parent.set(f.child, NULL);
      reap(k, f.child);
    }
    return finish(k, 0);
  },
});

export const exitSyscall = procedure("sys_exit", [], {
  exit: (k: Kernel) => k.machine.call(doExit, [], "gone"),
  gone: () => "DONE",
});

/** What changes or shows something of the task itself, at once. */
export const simpleCall = procedure("syscall", [], {
  act(k: Kernel) {
    const { self } = k.machine;
    const { op } = stepOf(k, self);
    const { thread } = k;
    switch (op.kind) {
      case "handle": {
        const func = k.program.func(op.func);
        thread.handler.set(self, func === 0 ? COUNTED_ONLY : func + 1, signalIndex(op.signal));
        thread.ignored.set(self, thread.ignored.get(self) & ~(1 << signalIndex(op.signal)));
        return finish(k, 0);
      }
      case "ignore":
      case "default": {
        const bit = 1 << signalIndex(op.signal);
        const ignored = thread.ignored.get(self);
        thread.handler.set(self, 0, signalIndex(op.signal));
        thread.ignored.set(self, op.kind === "ignore" ? ignored | bit : ignored & ~bit);
        return finish(k, 0);
      }
      case "block":
      case "unblock": {
        const bit = 1 << signalIndex(op.signal);
        const blocked = thread.blocked.get(self);
        thread.blocked.set(self, op.kind === "block" ? blocked | bit : blocked & ~bit);
        return finish(k, 0);
      }
      case "kill": {
        const task = taskByName(k, op.task);
        if (task === NULL || isReaped(k, task)) return finish(k, failure("ESRCH"));
        if (!isDead(k, task)) sendSignal(k, task, signalIndex(op.signal));
        return finish(k, 0);
      }
      case "signals": {
        let total = 0;
        for (let signal = 0; signal < SIGNALS; signal++) {
          if (op.signal === undefined || signalIndex(op.signal) === signal)
            total += k.user.handled.get(1, thread.actor.get(self) * SIGNALS + signal);
        }
        return finish(k, total);
      }
      case "as":
        thread.user.set(self, userNumber(op.user));
        return finish(k, 0);
      default:
        return finish(k, failure("ENOSYS"));
    }
  },
});

/** kernel: sched_setaffinity(). A task that may not stay where it is goes on after the next switch. */
export const schedSetaffinity = procedure("sched_setaffinity", ["cpu"], {
  set(k: Kernel, f) {
    const { self } = k.machine;
    const { op } = stepOf(k, self);
    if (op.kind === "unpin") {
      k.machine.task.allowed.set(self, ~0);
      return finish(k, 0);
    }
    f.cpu = op.kind === "pin" || op.kind === "migrate" ? op.cpu : -1;
    const isThere = f.cpu >= 0 && f.cpu < k.cpus && k.machine.cpu.online.get(f.cpu) !== 0;
    if (!isThere) return finish(k, failure("EINVAL"));
    k.machine.task.allowed.set(self, 1 << f.cpu);
    return "moved";
  },
  moved(k, f) {
    const { op } = stepOf(k, k.machine.self);
    k.warnOn(k.machine.here !== f.cpu, "a task runs where it may not");
    if (op.kind === "migrate") k.machine.task.allowed.set(k.machine.self, ~0);
    return finish(k, 0);
  },
});

/** The task sleeps for a moment; whoever schedules may take that for a reason to switch. */
export const yieldCall = procedure("sched_yield", [], {
  yield: (k: Kernel) => finish(k, 0),
});

/** kernel: perf_event_exit_cpu() and perf_event_init_cpu(), in a CPU going down or coming up. */
export const cpuHotplug = procedure("perf_event_exit_cpu", ["cpu", "ctx"], {
  start(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    if (op.kind !== "offline" && op.kind !== "online") return finish(k, failure("EINVAL"));
    f.cpu = op.cpu;
    const isOn = f.cpu >= 0 && f.cpu < k.cpus && k.machine.cpu.online.get(f.cpu) !== 0;
    if (op.kind === "online") {
      if (!isOn) k.machine.cpu.online.set(f.cpu, 1);
      return finish(k, 0);
    }
    if (!isOn || k.onlineCpus().length === 1) return finish(k, isOn ? failure("EBUSY") : 0);
    f.ctx = k.cpuCtx(f.cpu);
    return "lockCtx";
  },

  lockCtx: (k, f) => (k.machine.lock(k.ctx.mutex, f.ctx) ? "takeDown" : "WAIT"),

  // All tasks are moved away before the CPU's own events go; its slots stay held.
  takeDown(k, f) {
    const { machine } = k;
    if (machine.cpu.irqsOff.get(f.cpu) !== 0) return machine.sleep(WAITS.irqs, f.cpu);
    if (f.cpu === machine.here) {
      machine.task.allowed.set(machine.self, ~(1 << f.cpu));
      return "takeDownElsewhere";
    }
    return "takeDownElsewhere";
  },

  takeDownElsewhere(k, f) {
    const { machine } = k;
    if (machine.cpu.irqsOff.get(f.cpu) !== 0) return machine.sleep(WAITS.irqs, f.cpu);
    const current = machine.cpu.current.get(f.cpu);
    if (current !== NULL && machine.task.state.get(current) !== TASK.zombie) {
      machine.task.allowed.set(current, ~(1 << f.cpu));
      return "takeDownElsewhere";
    }
    machine.onCpu(f.cpu, () => {
      ctxSchedOut(k, f.ctx, EVENT_ALL);
      const { events } = k.ctx;
      for (let event = events.next(f.ctx, 0); event !== 0; event = events.next(f.ctx, event)) {
        removeFromContext(k, event, f.ctx, DETACH.plain);
        k.event.state.set(event, PERF_EVENT_STATE.off);
      }
    });
    machine.cpu.online.set(f.cpu, 0);
    k.unlock(k.ctx.mutex, f.ctx);
    return finish(k, 0);
  },
});
