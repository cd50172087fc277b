import { extraneousIn, hitsIn, type Installed, slotClass } from "../../arch/index.ts";
import { NULL } from "../../machine/index.ts";
import type { Touch } from "../address-space.ts";
import { NO_DESIGN } from "../designs/index.ts";
import type { PowerpcDesign } from "../designs/powerpc-design.ts";
import { HANDLER } from "../event-state.ts";
import { arm, disarm, isArmed } from "../hw-registers.ts";
import type { Kernel } from "../kernel.ts";
import { perfBpEvent } from "../overflow.ts";
import { forceSigtrap } from "../send-signal.ts";
import { armedHits } from "./armed-hits.ts";

/**
 * arm64 keeps no pointer to an event across a step: a flag in the task says that a class of
 * registers is off for it, and whoever is installed then, is armed again when the step is done.
 */
export const ARM64_STEP_OVER: PowerpcDesign = {
  ...NO_DESIGN,
  name: "arm64",
  title: "a flag per task and class of registers",
  arms: (k, event) => k.current === NULL || disabledFlag(k, isInst(k, event)).get(k.current) === 0,
};

/** One attempt at an access. The trap comes before it and counts at once. True if it was made. */
export function arm64Access(k: Kernel, task: number, touch: Touch): boolean {
  const userMode = touch.access.mode === "user";
  const hits = armedHits(k, touch);
  let made = hits === 0;
  if (!made) {
    k.machine.atomically(() => {
      made = watchpointHandler(k, task, { touch, hits });
    });
  }
  if (made && userMode && k.thread.stepBit.get(task) !== 0)
    k.machine.atomically(() => arm64StepException(k, task));
  return made;
}

interface Trap {
  readonly touch: Touch;
  /** The registers that the access has set off. */
  readonly hits: number;
}

/** kernel: breakpoint_handler() and watchpoint_handler(). In kernel mode the step is one step of ours. */
function watchpointHandler(k: Kernel, task: number, { touch, hits }: Trap): boolean {
  const { access } = touch;
  const userMode = access.mode === "user";
  const inst = access.kind === "fetch";
  const { first, end } = classOf(k, inst);
  const slots: (Installed | undefined)[] = [];
  for (let register = first; register < end; register++) {
    const event = k.percpu.slot.get(k.machine.here, register);
    const isOn = isArmed(k, k.machine.here, register);
    slots.push(event === NULL || !isOn ? undefined : k.installedOf(event));
  }
  const matches = k.arch.matchSlots(slots, access);
  let step = false;
  for (let index = 0; index < slots.length; index++) {
    const bit = 1 << index;
    // As intended it looks at the instruction, and sees all that it has set off.
    const reports = k.asIntended ? hits >> first : hitsIn(matches);
    if (((reports | extraneousIn(matches)) & bit) === 0) continue;
    const event = k.percpu.slot.get(k.machine.here, first + index);
    // A user watchpoint that the kernel trips over in a copy is stepped over and not reported.
    const tripped = access.uaccess && !isKernelEvent(k, event);
    if (tripped && k.lacks("Z24") && !stepsByItself(k, event)) return false;
    const reported = (reports & bit) !== 0 && !tripped;
    if (reported) perfBpEvent(k, event, { task, userMode });
    if (!reported || stepsByItself(k, event)) step = true;
    else if (k.event.handler.get(event) === HANDLER.ptrace) forceSigtrap(k, task, true);
  }
  if (!userMode) return true;
  if (step) beginStep(k, task, inst);
  return false;
}

/** kernel: uses_default_overflow_handler(). Otherwise whoever handles it must see to the step. */
function stepsByItself(k: Kernel, event: number): boolean {
  const handler = k.event.handler.get(event);
  return handler === HANDLER.default || (handler === HANDLER.bpf && !k.lacks("Z23"));
}

function beginStep(k: Kernel, task: number, inst: boolean): void {
  const { thread } = k;
  const otherClass = disabledFlag(k, !inst).get(task) !== 0;
  disabledFlag(k, inst).set(task, 1);
  toggleRegisters(k, inst, false);
  if (otherClass) return;
  if (thread.ptraceStep.get(task) !== 0) thread.suspendedStep.set(task, 1);
  else thread.stepBit.set(task, 1);
}

/** kernel: reinstall_suspended_bps(), and the debugger's share of a step. */
export function arm64StepException(k: Kernel, task: number): void {
  const { thread } = k;
  const wasOurs = thread.bpsDisabled.get(task) !== 0 || thread.wpsDisabled.get(task) !== 0;
  for (const inst of [false, true]) {
    if (disabledFlag(k, inst).get(task) === 0) continue;
    disabledFlag(k, inst).set(task, 0);
    toggleRegisters(k, inst, true);
  }
  const byPtrace = thread.ptraceStep.get(task) !== 0;
  const suspended = thread.suspendedStep.get(task) !== 0;
  thread.suspendedStep.set(task, 0);
  thread.stepBit.set(task, 0);
  if (wasOurs && !suspended && !byPtrace) return;
  thread.ptraceStep.set(task, 0);
  forceSigtrap(k, task, byPtrace || suspended);
}

/** kernel: hw_breakpoint_thread_switch(). */
export function arm64ThreadSwitch(k: Kernel, prev: number, next: number): void {
  for (const inst of [false, true]) {
    const flag = disabledFlag(k, inst);
    const wasOff = prev !== NULL && flag.get(prev) !== 0;
    const isOff = next !== NULL && flag.get(next) !== 0;
    if (wasOff !== isOff) toggleRegisters(k, inst, !isOff);
  }
}

function toggleRegisters(k: Kernel, inst: boolean, on: boolean): void {
  const cpu = k.machine.here;
  const { first, end } = classOf(k, inst);
  for (let register = first; register < end; register++) {
    const event = k.percpu.slot.get(cpu, register);
    if (event === NULL || isKernelEvent(k, event)) continue;
    if (on) arm(k, cpu, register, event);
    else disarm(k, cpu, register);
  }
}

function isKernelEvent(k: Kernel, event: number): boolean {
  return k.parsedOf(event).isKernels;
}

function isInst(k: Kernel, event: number): boolean {
  return slotClass(k.event.hwType.get(event)) === "inst";
}

function disabledFlag(k: Kernel, inst: boolean) {
  return inst ? k.thread.bpsDisabled : k.thread.wpsDisabled;
}

function classOf(k: Kernel, inst: boolean): { first: number; end: number } {
  return inst ? { first: k.dataRegisters, end: k.registers } : { first: 0, end: k.dataRegisters };
}
