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
    for (const { event, register } of slotted(k)) {
      if ((mask & (1 << register)) !== 0) k.event.perfSingleStep.set(event, 1);
    }
    k.thread.stepBit.set(task, 1);
  },

  changesPc(k, task) {
    if (stepping(k).length === 0) return;
    k.thread.stepBit.set(task, 0);
    rearmAll(k);
    for (const { event } of slotted(k)) k.event.perfSingleStep.set(event, 0);
  },

  stepped(k, _task, count) {
    const hit = stepping(k);
    for (const { event, register } of hit) {
      count(event);
      arm(k, k.machine.here, register, event);
      k.event.perfSingleStep.set(event, 0);
    }
    return hit.length > 0;
  },

  unregister: () => false,
  switchedOut() {},
};

function slotted(k: Kernel): { event: number; register: number }[] {
  const found: { event: number; register: number }[] = [];
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.slot.get(k.machine.here, register);
    if (event !== NULL) found.push({ event, register });
  }
  return found;
}

function stepping(k: Kernel): { event: number; register: number }[] {
  return slotted(k).filter(({ event }) => k.event.perfSingleStep.get(event) !== 0);
}
