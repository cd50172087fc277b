import { DONE, NULL, procedure } from "../../machine/index.ts";
import { arm, checkRegisters } from "../hw-registers.ts";
import type { Kernel } from "../kernel.ts";

/** Whether an event in a slot of this processor waits for the step of the task that runs here. */
export function isStepPendingHere(k: Kernel): boolean {
  return firstPending(k) >= 0;
}

/**
 * kernel: thread_change_pc() as it was before cc879ab3ce39, with preemption on: it reads the slots of
 * one processor, and may write the register of another. With the fix it is a part of the delivery.
 */
export const preemptibleChangePc = procedure("thread_change_pc", ["register", "event"], {
  read(k: Kernel, f) {
    f.register = firstPending(k);
    if (f.register < 0) return DONE;
    f.event = k.percpu.slot.get(k.machine.here, f.register);
    return "write";
  },
  write(k, f) {
    k.thread.stepBit.set(k.machine.self, 0);
    k.event.perfSingleStep.set(f.event, 0);
    arm(k, k.machine.here, f.register, f.event);
    checkRegisters(k, k.machine.here);
    return "read";
  },
});

function firstPending(k: Kernel): number {
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.slot.get(k.machine.here, register);
    if (event !== NULL && k.event.perfSingleStep.get(event) !== 0) return register;
  }
  return -1;
}
