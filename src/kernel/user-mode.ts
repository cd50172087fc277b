import { NULL, procedure, TASK, Violation } from "../machine/index.ts";
import type { Touch } from "./address-space.ts";
import { isKernelCopy } from "./compiled-program.ts";
import type { Kernel } from "./kernel.ts";
import { checkAccess, checkWholeAccess, noteDue } from "./observer.ts";
import { interruptPending } from "./overflow.ts";
import { checkHandled } from "./promises.ts";
import { deliverSignal, hasDeliverable, takeSignal } from "./signals.ts";
import { perfPendingTask } from "./sigtrap.ts";
import { syscallFor } from "./syscalls.ts";
import { arm64Access, arm64StepException } from "./trap/arm64.ts";
import { powerpcAccess, singleStepException } from "./trap/powerpc.ts";
import { x86Access, x86StepException } from "./trap/x86.ts";
import { finish, finishFor, mayBegin, nextStep, stepOf } from "./user-program.ts";

/** How often one instruction may trap with nothing in between before it is taken for endless. */
const ENDLESS = 6;

/** Whether a task has something to do in user mode, or on its way there. */
export function hasUserWork(k: Kernel, task: number): boolean {
  if (!k.thread.taskWork.isEmpty(task) || hasDeliverable(k, task)) return true;
  if (k.thread.injected.get(task) !== 0) return true;
  if (k.thread.depth.get(task) > 0) return true;
  return mayBegin(k, task);
}

/** One step in user mode: task work and signals come first, as on every way back to it. */
export function userStep(k: Kernel, task: number): void {
  const work = k.thread.taskWork.next(task, 0);
  if (work !== NULL) {
    k.machine.enter(task, perfPendingTask, [work]);
    return;
  }
  const it = k.thread.depth.follow(task);
  const injected = k.thread.injected.of(it);
  if (injected !== 0) {
    k.thread.injected.set(task, 0);
    takeSignal(k, task, injected - 1);
    return;
  }
  if (hasDeliverable(k, task)) {
    deliverSignal(k, task);
    return;
  }
  const depth = k.thread.depth.of(it);
  if (depth > 0) {
    userAccess(k, task, k.program.body(k.thread.func.get(task, depth)));
    return;
  }
  const { isAccess, touches } = stepOf(k, task);
  if (isAccess) userAccess(k, task, touches);
  else enterSyscall(k, task);
}

/** The next access of a statement or a signal handler. */
function userAccess(k: Kernel, task: number, touches: readonly Touch[]): void {
  const { thread } = k;
  const depth = thread.depth.get(task);
  const sub = touches.length === 1 ? 0 : thread.sub.get(task, depth);
  const touch = touches[sub];
  if (touch !== undefined) {
    k.machine.label(touch.label);
    if (!attempt(k, task, touch)) return;
    if (sub + 1 < touches.length) {
      thread.sub.set(task, sub + 1, depth);
      return;
    }
  }
  if (sub > 0) thread.sub.set(task, 0, depth);
  if (depth === 0) finishFor(k, task, 0);
  else returnFromHandler(k, task);
}

function attempt(k: Kernel, task: number, touch: Touch): boolean {
  const frame = k.thread.depth.get(task);
  const traps = k.thread.traps.get(task, frame);
  if (!accessOn(k, task, touch)) {
    // The handlers change nothing of what is due, so it is the same as before the trap.
    if (traps === 0) noteDue(k, task, touch);
    if (traps >= ENDLESS && !interruptPending(k, k.machine.here))
      throw new Violation("endless-trap", `task ${task} traps at one instruction for ever`);
    k.thread.traps.set(task, Math.min(traps + 1, ENDLESS), frame);
    k.design.check?.(k, k.machine.here);
    return false;
  }
  if (traps === 0) checkWholeAccess(k, task, touch);
  else checkAccess(k, task, touch);
  if (traps !== 0) k.thread.traps.set(task, 0, frame);
  if (touch.value !== undefined) store(k, touch, touch.value);
  return true;
}

function accessOn(k: Kernel, task: number, touch: Touch): boolean {
  if (k.arch.name === "x86") return x86Access(k, task, touch);
  if (k.arch.name === "arm64") return arm64Access(k, task, touch);
  return powerpcAccess(k, task, touch);
}

/** What a store leaves in memory; the bytes of a number lie with the lowest first. */
function store(k: Kernel, { variable, offset, access }: Touch, value: number): void {
  const first = k.user.memory.at(1) + k.memoryOf(variable, offset);
  const isAddition = access.kind === "rmw"; // which carries over to the next byte
  let rest = value;
  // Only the first bytes of a long variable are kept.
  const bytes = Math.min(access.size, k.keptBytes(variable, offset));
  for (let byte = 0; byte < bytes; byte++) {
    if (isAddition) rest += k.state.get(first + byte);
    k.state.set(first + byte, rest % 256);
    rest = rest < 256 ? 0 : Math.floor(rest / 256);
  }
}

/** kernel: sys_rt_sigreturn(). */
function returnFromHandler(k: Kernel, task: number): void {
  const { thread } = k;
  const depth = thread.depth.get(task);
  const signal = thread.handlerOf.get(task, depth) - 1;
  checkHandled(k, task, signal);
  for (const field of [thread.func, thread.sub, thread.resume, thread.handlerOf])
    field.set(task, 0, depth);
  thread.depth.set(task, depth - 1);
  thread.blocked.set(task, thread.blocked.get(task) & ~(1 << signal));
}

function enterSyscall(k: Kernel, task: number): void {
  // The instruction that enters the kernel is stepped like any other.
  if (k.thread.stepBit.get(task) !== 0) {
    const ofArm64OrX86 = k.arch.name === "arm64" ? arm64StepException : x86StepException;
    const stepped = k.arch.name.startsWith("powerpc") ? singleStepException : ofArm64OrX86;
    k.machine.atomically(() => stepped(k, task));
  }
  const { op, kind } = stepOf(k, task);
  k.machine.label(kind);
  k.machine.enter(task, isKernelCopy(op) ? kernelCopy : syscallFor(op), []);
}

/** A copy to or from user memory in a system call: the same traps, in kernel mode. */
const kernelCopy = procedure("copy_user_generic", ["done"], {
  copy(k: Kernel, f) {
    const { self } = k.machine;
    const touch = stepOf(k, self).touches[f.done];
    if (touch === undefined) return finish(k, copiedBytes(k, self));
    if (attempt(k, self, touch)) f.done = f.done + 1;
    return "copy";
  },
});

function copiedBytes(k: Kernel, task: number): number {
  const { op } = stepOf(k, task);
  return "size" in op ? op.size : 0;
}

/** Whether a task has done all it was told to. */
export function isFinished(k: Kernel, task: number): boolean {
  return k.machine.task.state.get(task) === TASK.zombie || nextStep(k, task) === undefined;
}
