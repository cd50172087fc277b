import { NULL, TASK, Violation, WAITS } from "../machine/index.ts";
import { doExit } from "./exit.ts";
import type { Kernel } from "./kernel.ts";
import { forgetAccesses } from "./observer.ts";
import { USER_FRAMES } from "./records/thread-fields.ts";
import { defaultAction, handlerOf, isIgnored, sendSignal } from "./send-signal.ts";
import { SIGKILL, SIGNALS } from "./signal-names.ts";
import { armHwBrk } from "./trap/arm-hw-brk.ts";
import { arm64StepException } from "./trap/arm64.ts";
import { isStepPendingHere, preemptibleChangePc } from "./trap/thread-change-pc.ts";

/** A sigaction in the state: 0 the default, 1 counted only, 2 and up executes function n-2. */
export const COUNTED_ONLY = 1;

export function hasDeliverable(k: Kernel, task: number): boolean {
  return nextSignal(k, task) >= 0;
}

/** The lowest that is pending and not blocked; SIGKILL before all others, and never blocked. */
function nextSignal(k: Kernel, task: number): number {
  const pending = k.thread.pending.get(task);
  if (pending === 0) return -1;
  if ((pending & (1 << SIGKILL)) !== 0) return SIGKILL;
  const deliverable = pending & ~k.thread.blocked.get(task);
  return deliverable === 0 ? -1 : 31 - Math.clz32(deliverable & -deliverable);
}

/** kernel: get_signal() and handle_signal(), on the way back to user mode. */
export function deliverSignal(k: Kernel, task: number): void {
  const { thread, machine } = k;
  const signal = nextSignal(k, task);
  if (k.lacks("Z21") && handlerOf(k, task, signal) !== 0 && isStepPendingHere(k)) {
    machine.enter(task, preemptibleChangePc, []);
    return;
  }
  thread.pending.set(task, thread.pending.get(task) & ~(1 << signal));
  if (thread.tracer.get(task) !== NULL && signal !== SIGKILL) {
    stopForTracer(k, task, signal);
    return;
  }
  takeSignal(k, task, signal);
  machine.label(`signal ${signal}`);
}

/** The signal reaches the task itself: handled, ignored, stopped or killed by it. */
export function takeSignal(k: Kernel, task: number, signal: number): void {
  if (isIgnored(k, task, signal)) return;
  const handler = handlerOf(k, task, signal);
  if (handler !== 0) {
    enterHandler(k, task, signal, handler);
    return;
  }
  const byDefault = defaultAction(signal);
  if (byDefault === "stop") k.machine.task.state.set(task, TASK.stopped);
  else if (byDefault === "kill") kill(k, task, signal);
}

function enterHandler(k: Kernel, task: number, signal: number, handler: number): void {
  const { thread } = k;
  noteHandled(k, task, signal);
  armHwBrk(k, task);
  // powerpc does this for a signal that is handled only: the others do not change the PC.
  k.machine.inside("thread_change_pc", () => k.design.changesPc(k, task));
  // As intended the step is still to be made after a handler that makes no access itself.
  const keepsStep = k.asIntended && handler === COUNTED_ONLY;
  if (thread.stepBit.get(task) !== 0 && k.arch.name === "arm64" && !keepsStep)
    arm64StepException(k, task);
  if (handler === COUNTED_ONLY) return;
  const depth = thread.depth.get(task) + 1;
  if (depth >= USER_FRAMES) {
    throw new Violation("endless-trap", `task ${task} is in ${depth} signal handlers at once`);
  }
  thread.depth.set(task, depth);
  thread.func.set(task, handler - 1, depth);
  thread.sub.set(task, 0, depth);
  thread.resume.set(task, 0, depth);
  thread.handlerOf.set(task, signal + 1, depth);
  thread.blocked.set(task, thread.blocked.get(task) | (1 << signal));
}

function noteHandled(k: Kernel, task: number, signal: number): void {
  const { thread, user } = k;
  const index = thread.actor.get(task) * SIGNALS + signal;
  user.handled.add(1, 1, index);
  user.sigCode.set(1, thread.sigCode.get(task, signal), index);
  user.sigData.set(1, thread.sigData.get(task, signal), index);
  user.sigAddr.set(1, thread.sigAddr.get(task, signal), index);
}

/** kernel: do_group_exit(). A thread that is in the way of an exec goes alone. */
function kill(k: Kernel, task: number, signal: number): void {
  const inExec = k.thread.groupExec.get(k.thread.leader.get(task));
  if (inExec === NULL || inExec === task) killGroup(k, task, signal);
  forgetAccesses(k, task);
  k.machine.enter(task, doExit, []);
}

/** The other threads of the process go the same way, with the same code. */
function killGroup(k: Kernel, task: number, signal: number): void {
  const { thread, machine } = k;
  const leader = thread.leader.get(task);
  if (thread.killedBy.get(task) === 0) thread.killedBy.set(task, signal + 1);
  for (let it = 1; it <= machine.tasks; it++) {
    if (it === task || !machine.task.record.isLive(it)) continue;
    if (thread.leader.get(it) !== leader || machine.task.state.get(it) === TASK.zombie) continue;
    if (thread.killedBy.get(it) === 0) thread.killedBy.set(it, thread.killedBy.get(task));
    sendSignal(k, it, SIGKILL);
  }
}

/** kernel: ptrace_stop(). The tracer decides what becomes of the signal. */
export function stopForTracer(k: Kernel, task: number, signal: number): void {
  k.thread.ptraceMessage.set(task, signal + 1);
  k.machine.task.state.set(task, TASK.stopped);
  k.machine.task.waitKind.set(task, WAITS.none);
}
