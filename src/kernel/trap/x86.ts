import { NULL } from "../../machine/index.ts";
import type { Touch } from "../address-space.ts";
import { HANDLER } from "../event-state.ts";
import type { Kernel } from "../kernel.ts";
import { perfBpEvent } from "../overflow.ts";
import { forceSigtrap } from "../send-signal.ts";
import { armedHits } from "./armed-hits.ts";

/**
 * One access on x86: data traps when it is made, an instruction before it runs. Nothing is pending
 * in between, so the access and the handler are one step. True if the access was made.
 */
export function x86Access(k: Kernel, task: number, touch: Touch): boolean {
  const made = accessWithTrap(k, task, touch);
  if (made && touch.access.mode === "user") x86StepException(k, task);
  return made;
}

/** kernel: exc_debug_user() for BS: the step that ptrace asked for is done. */
export function x86StepException(k: Kernel, task: number): void {
  if (k.thread.ptraceStep.get(task) === 0) return;
  k.thread.ptraceStep.set(task, 0);
  k.thread.stepBit.set(task, 0);
  forceSigtrap(k, task, true);
}

function accessWithTrap(k: Kernel, task: number, touch: Touch): boolean {
  const userMode = touch.access.mode === "user";
  const isFetch = touch.access.kind === "fetch";
  const frame = k.thread.depth.get(task);
  if (isFetch && k.thread.resume.get(task, frame) !== 0) {
    k.thread.resume.set(task, 0, frame); // RF: this instruction has had its trap
    return true;
  }
  const mask = armedHits(k, touch);
  if (mask === 0) return true;
  k.machine.atomically(() => hwBreakpointHandler(k, task, { mask, userMode }));
  if (isFetch) k.thread.resume.set(task, 1, frame);
  return !isFetch;
}

/** kernel: hw_breakpoint_handler(). A slot that a lazy switch has emptied is passed by. */
function hwBreakpointHandler(
  k: Kernel,
  task: number,
  { mask, userMode }: { mask: number; userMode: boolean },
): void {
  const cpu = k.machine.here;
  let ptraceHit = false;
  for (let register = 0; register < k.registers; register++) {
    if ((mask & (1 << register)) === 0) continue;
    const event = k.percpu.slot.get(cpu, register);
    if (event === NULL) continue;
    perfBpEvent(k, event, { task, userMode });
    if (k.event.handler.get(event) === HANDLER.ptrace)
      ptraceHit = ptraceTriggered(k, task, event) || ptraceHit;
  }
  if (ptraceHit && userMode) forceSigtrap(k, task, true);
}

/** kernel: ptrace_triggered(). Shows the hit in the virtual DR6. */
function ptraceTriggered(k: Kernel, task: number, event: number): boolean {
  for (let index = 0; index < 4; index++) {
    if (k.thread.ptraceBps.get(task, index) !== event) continue;
    k.thread.virtualDr6.set(task, k.thread.virtualDr6.get(task) | (1 << index));
    return true;
  }
  return false;
}
