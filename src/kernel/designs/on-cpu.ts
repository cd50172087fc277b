import { NULL } from "../../machine/index.ts";
import { arm } from "../hw-registers.ts";
import type { Kernel } from "../kernel.ts";
import { rearmOccupied } from "./last-hit.ts";
import type { PowerpcDesign } from "./powerpc-design.ts";

/**
 * Plain per-CPU storage, the answer first suggested in 2016: what the task kept, the processor
 * keeps. It forgets an event that leaves its slot, so nothing can dangle.
 */
export const DESIGN_PER_CPU: PowerpcDesign = {
  name: "per-cpu",
  title: "the last hit event per processor",

  arms: (k, event, register) => k.percpu.lastHit.get(k.machine.here, register) !== event,

  uninstalled(k, event, register) {
    const { lastHit } = k.percpu;
    if (lastHit.get(k.machine.here, register) === event)
      lastHit.set(k.machine.here, NULL, register);
  },

  stepBegins(k, task, mask) {
    const cpu = k.machine.here;
    for (let register = 0; register < k.dataRegisters; register++) {
      if ((mask & (1 << register)) !== 0)
        k.percpu.lastHit.set(cpu, k.percpu.slot.get(cpu, register), register);
    }
    k.thread.stepBit.set(task, 1);
  },

  changesPc(k, task) {
    if (lastHits(k).length === 0) return;
    k.thread.stepBit.set(task, 0);
    rearmOccupied(k);
    for (const { register } of lastHits(k)) k.percpu.lastHit.set(k.machine.here, NULL, register);
  },

  stepped(k, _task, count) {
    const hit = lastHits(k);
    for (const { event, register } of hit) {
      count(event);
      arm(k, k.machine.here, register, event);
      k.percpu.lastHit.set(k.machine.here, NULL, register);
    }
    return hit.length > 0;
  },

  unregister: () => false,
  switchedOut() {},
};

function lastHits(k: Kernel): { event: number; register: number }[] {
  const found: { event: number; register: number }[] = [];
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.lastHit.get(k.machine.here, register);
    if (event !== NULL) found.push({ event, register });
  }
  return found;
}
