import { extraneousIn, hitsIn, type Installed } from "../../arch/index.ts";
import { NULL } from "../../machine/index.ts";
import type { Touch } from "../address-space.ts";
import { perfEventDisableLocked } from "../event-function.ts";
import { HANDLER } from "../event-state.ts";
import { arm, disarm } from "../hw-registers.ts";
import { perfEventDisableInatomic } from "../irq-work.ts";
import type { Kernel } from "../kernel.ts";
import { perfBpEvent } from "../overflow.ts";
import { forceSigtrap } from "../send-signal.ts";
import { armedHits } from "./armed-hits.ts";

/**
 * One attempt at an access on powerpc. The trap comes before it: in user mode the handler has the
 * task make the access as a single step, and everything can happen before that; in kernel mode it
 * emulates the instruction. True if the access was made.
 */
export function powerpcAccess(k: Kernel, task: number, touch: Touch): boolean {
  const hits = armedHits(k, touch);
  let made = hits === 0;
  if (!made) {
    k.machine.atomically(() => {
      made = k.machine.inside("hw_breakpoint_handler", () => handler(k, task, touch));
    });
  }
  if (made && touch.access.mode === "user" && k.thread.stepBit.get(task) !== 0)
    k.machine.atomically(() => singleStepException(k, task));
  return made;
}

/** kernel: hw_breakpoint_handler(). True if it has emulated the access. */
function handler(k: Kernel, task: number, touch: Touch): boolean {
  const cpu = k.machine.here;
  const userMode = touch.access.mode === "user";
  for (let register = 0; register < k.dataRegisters; register++) disarm(k, cpu, register);

  const matches = k.arch.matchSlots(installedSlots(k), touch.access);
  const hits = hitsIn(matches) | extraneousIn(matches);
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.slot.get(cpu, register);
    if (event === NULL) continue;
    const isExtraneous = (extraneousIn(matches) & (1 << register)) !== 0;
    k.event.extraneous.set(event, isExtraneous ? 1 : 0);
  }
  if (hits === 0) {
    // Design A's kernels took it for nobody's and let it pass; later ones for a debugger's.
    if (k.design.name !== "a") forceSigtrap(k, task, false);
    return false;
  }
  if (ptraceHit(k, task, hits)) return false;

  const { form } = touch.access;
  if (form === "larx" || form === "stcx" || form === "unreadable") {
    giveUp(k, hits);
    return false;
  }
  if (!userMode) {
    countAll(k, task, hits);
    rearm(k, 0);
    return true;
  }
  k.design.stepBegins(k, task, hits);
  rearm(k, hits);
  return false;
}

function installedSlots(k: Kernel): (Installed | undefined)[] {
  const slots: (Installed | undefined)[] = [];
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.slot.get(k.machine.here, register);
    slots.push(event === NULL ? undefined : k.installedOf(event));
  }
  return slots;
}

/**
 * ptrace's breakpoints come first, stop before the access, and fire once: also for an access beside the
 * range, in one of its double words.
 */
function ptraceHit(k: Kernel, task: number, hits: number): boolean {
  const { slot } = k.percpu;
  const cpu = k.machine.here;
  let spent = 0;
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = slot.get(cpu, register);
    if ((hits & (1 << register)) === 0 || k.event.handler.get(event) !== HANDLER.ptrace) continue;
    spent |= 1 << register;
    k.event.disabled.set(event, 1);
    perfEventDisableLocked(k, event, k.event.ctx.get(event));
  }
  if (spent === 0) return false;
  rearm(k, spent);
  forceSigtrap(k, task, true);
  return true;
}

/** A reservation would be lost by a step, and what cannot be read cannot be judged. */
function giveUp(k: Kernel, hits: number): void {
  for (let register = 0; register < k.dataRegisters; register++) {
    if ((hits & (1 << register)) === 0) continue;
    if (k.lacks("Z16")) k.machine.inside("perf_event_disable", () => k.machine.mightSleep());
    perfEventDisableInatomic(k, k.percpu.slot.get(k.machine.here, register));
  }
  rearm(k, hits);
}

function countAll(k: Kernel, task: number, hits: number): void {
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.slot.get(k.machine.here, register);
    if ((hits & (1 << register)) !== 0 && k.event.extraneous.get(event) === 0)
      perfBpEvent(k, event, { task, userMode: false });
  }
}

/** Arms what is in the slots, but for those in `except`. */
function rearm(k: Kernel, except: number): void {
  const cpu = k.machine.here;
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.slot.get(cpu, register);
    if (event !== NULL && (except & (1 << register)) === 0) arm(k, cpu, register, event);
  }
}

/** kernel: single_step_exception() → single_step_dabr_instruction(). */
export function singleStepException(k: Kernel, task: number): void {
  const { thread } = k;
  const byPtrace = thread.ptraceStep.get(task) !== 0;
  thread.stepBit.set(task, 0);
  const ours = k.machine.inside("single_step_dabr_instruction", () =>
    k.design.stepped(k, task, (event) => {
      if (k.event.extraneous.get(event) === 0) perfBpEvent(k, event, { task, userMode: true });
    }),
  );
  if (ours && !byPtrace) return;
  thread.ptraceStep.set(task, 0);
  forceSigtrap(k, task, byPtrace);
}
