import { NULL } from "../../machine/index.ts";
import { arm } from "../hw-registers.ts";
import type { Kernel } from "../kernel.ts";
import { rearmAll } from "./last-hit.ts";
import type { PowerpcDesign } from "./powerpc-design.ts";

/** v6.6 and later: a boolean in the event's arch part, found through the processor's slots. */
export const DESIGN_C: PowerpcDesign = {
  name: "c",
  title: "perf_single_step in the event",

  arms: (k, event) => k.event.perfSingleStep.get(event) === 0,
  uninstalled() {},

  stepBegins(k, task, mask) {
    const cpu = k.machine.here;
    for (let register = 0; register < k.dataRegisters; register++) {
      const event = k.percpu.slot.get(cpu, register);
      if (event !== NULL && (mask & (1 << register)) !== 0) k.event.perfSingleStep.set(event, 1);
    }
    k.thread.stepBit.set(task, 1);
  },

  changesPc(k, task) {
    if (steppedSlots(k) === 0) return;
    const cpu = k.machine.here;
    k.thread.stepBit.set(task, 0);
    rearmAll(k);
    for (let register = 0; register < k.dataRegisters; register++) {
      const event = k.percpu.slot.get(cpu, register);
      if (event !== NULL) k.event.perfSingleStep.set(event, 0);
    }
  },

  stepped(k, _task, count) {
    const cpu = k.machine.here;
    const hit = steppedSlots(k);
    for (let register = 0; register < k.dataRegisters; register++) {
      if ((hit & (1 << register)) === 0) continue;
      const event = k.percpu.slot.get(cpu, register);
      count(event);
      arm(k, cpu, register, event);
      k.event.perfSingleStep.set(event, 0);
    }
    return hit !== 0;
  },

  unregister: () => false,
  switchedOut() {},
};

/** The slots of this processor whose events are being stepped over, a bit for each. */
function steppedSlots(k: Kernel): number {
  const cpu = k.machine.here;
  let slots = 0;
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.slot.get(cpu, register);
    if (event !== NULL && k.event.perfSingleStep.get(event) !== 0) slots |= 1 << register;
  }
  return slots;
}
