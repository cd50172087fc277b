import { NULL, procedure, TASK } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { forgetAccess } from "./observer.ts";
import { EXITED, failure, STOPPED_BY } from "./outcome.ts";
import { sendSignal } from "./send-signal.ts";
import { SIGSTOP, signalIndex } from "./signal-names.ts";
import { finish, finishFor, stepOf, taskByName } from "./user-program.ts";
import { isDead, isReaped, isStopped, WAIT_FOR } from "./waits.ts";

/** The tracee of a statement, if it has stopped for this tracer; else NULL. */
export function stoppedTracee(k: Kernel, name: string): number {
  const task = taskByName(k, name);
  if (task === NULL || isDead(k, task)) return NULL;
  if (k.thread.tracer.get(task) !== k.machine.self) return NULL;
  return k.machine.task.state.get(task) === TASK.stopped ? task : NULL;
}

/** kernel: ptrace_attach(), and the wait for the stop. */
export const ptraceAttach = procedure("ptrace_attach", ["task"], {
  attach(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    f.task = "task" in op ? taskByName(k, op.task) : NULL;
    if (f.task === NULL || isReaped(k, f.task)) return finish(k, failure("ESRCH"));
    const ofOwnProcess = k.thread.leader.get(f.task) === k.thread.leader.get(k.machine.self);
    const isTraced = k.thread.tracer.get(f.task) !== NULL;
    if (ofOwnProcess || isTraced || isDead(k, f.task)) return finish(k, failure("EPERM"));
    k.thread.tracer.set(f.task, k.machine.self);
    sendSignal(k, f.task, SIGSTOP);
    return "wait";
  },
  wait(k, f) {
    if (!isDead(k, f.task) && !isStopped(k, f.task)) return k.machine.sleep(WAIT_FOR.stop, f.task);
    if (isDead(k, f.task)) return finish(k, failure("ESRCH"));
    k.thread.ptraceMessage.set(f.task, 0);
    return finish(k, 0);
  },
});

/** kernel: wait_task_stopped(). */
export const ptraceWaitStop = procedure("wait_task_stopped", ["task"], {
  find(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    f.task = "task" in op ? taskByName(k, op.task) : NULL;
    return f.task === NULL ? finish(k, failure("ECHILD")) : "wait";
  },
  wait(k, f) {
    if (isDead(k, f.task)) return finish(k, EXITED);
    if (!isStopped(k, f.task)) return k.machine.sleep(WAIT_FOR.stop, f.task);
    const signal = k.thread.ptraceMessage.get(f.task) - 1;
    k.thread.ptraceMessage.set(f.task, 0);
    return finish(k, STOPPED_BY - signal);
  },
});

/** kernel: ptrace_request(), for what needs a stopped tracee and is done at once. */
export const ptraceRequest = procedure("ptrace_request", [], {
  act(k: Kernel) {
    const { op } = stepOf(k, k.machine.self);
    const task = "task" in op ? stoppedTracee(k, op.task) : NULL;
    if (task === NULL) return finish(k, failure("ESRCH"));
    // wait_task_inactive(): one that has stopped has also left its processor.
    if (k.machine.task.cpu.get(task) >= 0) return k.machine.sleep(WAIT_FOR.inactive, task);
    switch (op.kind) {
      case "cont":
        if (op.signal !== undefined) k.thread.injected.set(task, signalIndex(op.signal) + 1);
        resume(k, task, { stepping: false });
        return finish(k, 0);
      case "step":
        resume(k, task, { stepping: true });
        return finish(k, 0);
      case "detach":
        k.thread.tracer.set(task, NULL);
        resume(k, task, { stepping: false });
        return finish(k, 0);
      case "skip":
        skipAccess(k, task);
        return finish(k, 0);
      case "peek":
        return finish(k, peek(k, op.place.name, op.place.offset));
      case "poke":
        poke(k, op.place, op.value);
        return finish(k, 0);
      default:
        return finish(k, failure("EIO"));
    }
  },
});

/**
 * kernel: user_enable_single_step() or its opposite, and wake_up_process(). There is one step bit: who
 * takes it away does not ask whether it was set to step over an access.
 */
function resume(k: Kernel, task: number, { stepping }: { stepping: boolean }): void {
  const { thread } = k;
  thread.ptraceStep.set(task, stepping ? 1 : 0);
  thread.stepBit.set(task, stepping ? 1 : 0);
  k.machine.task.state.set(task, TASK.ready);
}

/** The PC is set behind the access that the task stands at. */
function skipAccess(k: Kernel, task: number): void {
  const { thread } = k;
  forgetAccess(k, task);
  thread.resume.set(task, 0, 0);
  const sub = thread.sub.get(task, 0) + 1;
  if (sub < stepOf(k, task).touches.length) {
    thread.sub.set(task, sub, 0);
    return;
  }
  thread.sub.set(task, 0, 0);
  finishFor(k, task, 0);
}

const LONG = 8;

/** Eight bytes of a variable as a number; those that are not kept read as zero. */
export function peek(k: Kernel, name: string, offset: number, size = LONG): number {
  const variable = k.source.variables.findIndex((it) => it.name === name);
  let value = 0;
  for (let byte = size - 1; byte >= 0; byte--) {
    const at = k.memoryOf(variable, offset + byte);
    value = value * 256 + (at < 0 ? 0 : k.user.memory.get(1, at));
  }
  return value;
}

function poke(k: Kernel, place: { name: string; offset: number }, value: number): void {
  const variable = k.source.variables.findIndex((it) => it.name === place.name);
  let rest = value;
  for (let byte = 0; byte < LONG; byte++) {
    const at = k.memoryOf(variable, place.offset + byte);
    if (at >= 0) k.user.memory.set(1, rest % 256, at);
    rest = Math.floor(rest / 256);
  }
}
