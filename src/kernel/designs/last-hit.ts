import { NULL, TOMBSTONE } from "../../machine/index.ts";
import { arm } from "../hw-registers.ts";
import type { Kernel } from "../kernel.ts";
import type { PowerpcDesign } from "./powerpc-design.ts";

// Designs A and B keep a pointer to the event in the task: thread.last_hit_ubp[].

/** v2.6.36 to v4.5-rc. The hook at destroy reaches through the event's context to its task. */
export const DESIGN_A: PowerpcDesign = {
  name: "a",
  title: "thread.last_hit_ubp, cleared through event->ctx->task",

  arms: (k, event, register) =>
    k.current === NULL || k.thread.lastHitUbp.get(k.current, register) !== event,
  uninstalled() {},
  stepBegins: lastHitIs,

  changesPc(k, task) {
    for (let register = 0; register < k.dataRegisters; register++) {
      const event = k.thread.lastHitUbp.get(task, register);
      if (event === NULL) continue;
      k.thread.stepBit.set(task, 0);
      arm(k, k.machine.here, register, event);
      k.thread.lastHitUbp.set(task, NULL, register);
    }
  },

  stepped(k, task, count) {
    const hit = hitEvents(k, task);
    for (const { event, register } of hit) {
      count(event);
      arm(k, k.machine.here, register, event);
      k.thread.lastHitUbp.set(task, NULL, register);
    }
    return hit.length > 0;
  },

  unregister(k, event, look) {
    const task = taskOf(k, event);
    if (look === 0) return task !== NULL;
    k.thread.lastHitUbp.set(task, NULL, look - 1);
    return look < k.dataRegisters;
  },
  switchedOut() {},
};

/** v4.5 to v6.5: the same, but a tombstone is passed by, and then nothing is cleared at all. */
export const DESIGN_B: PowerpcDesign = {
  ...DESIGN_A,
  name: "b",
  title: "thread.last_hit_ubp, with the tombstone passed by",

  // Since v5.9 any pending step of the task keeps a newly taken slot unarmed.
  arms: (k) => k.current === NULL || hitEvents(k, k.current).length === 0,

  changesPc(k, task) {
    if (hitEvents(k, task).length === 0) return;
    k.thread.stepBit.set(task, 0);
    rearmAll(k);
    forget(k, task);
  },

  stepped(k, task, count) {
    const hit = hitEvents(k, task);
    for (const { event } of hit) count(event);
    if (hit.length === 0) return false;
    forget(k, task);
    rearmOccupied(k);
    return true;
  },

  unregister(k, event, look) {
    const task = taskOf(k, event);
    if (look === 0) return task !== NULL && task !== TOMBSTONE;
    if (k.thread.lastHitUbp.get(task, look - 1) === event)
      k.thread.lastHitUbp.set(task, NULL, look - 1);
    return look < k.dataRegisters;
  },
};

/** event->ctx->task, read once more each time that it is wanted. */
function taskOf(k: Kernel, event: number): number {
  const ctx = k.event.ctx.get(event);
  return ctx === NULL ? NULL : k.ctx.task.get(ctx);
}

function lastHitIs(k: Kernel, task: number, mask: number): void {
  for (let register = 0; register < k.dataRegisters; register++) {
    if ((mask & (1 << register)) === 0) continue;
    k.thread.lastHitUbp.set(task, k.percpu.slot.get(k.machine.here, register), register);
  }
  k.thread.stepBit.set(task, 1);
}

function hitEvents(k: Kernel, task: number): { event: number; register: number }[] {
  const hit: { event: number; register: number }[] = [];
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.thread.lastHitUbp.get(task, register);
    if (event !== NULL) hit.push({ event, register });
  }
  return hit;
}

function forget(k: Kernel, task: number): void {
  for (let register = 0; register < k.dataRegisters; register++)
    k.thread.lastHitUbp.set(task, NULL, register);
}

/** As thread_change_pc() does it: every slot, whether there is an event in it or not. */
export function rearmAll(k: Kernel): void {
  const cpu = k.machine.here;
  for (let register = 0; register < k.dataRegisters; register++)
    arm(k, cpu, register, k.percpu.slot.get(cpu, register));
}

export function rearmOccupied(k: Kernel): void {
  const cpu = k.machine.here;
  for (let register = 0; register < k.dataRegisters; register++) {
    const event = k.percpu.slot.get(cpu, register);
    if (event !== NULL) arm(k, cpu, register, event);
  }
}
