import { NULL } from "../machine/index.ts";
import { isArmed } from "./hw-registers.ts";
import type { Kernel } from "./kernel.ts";

// What a trace shows beside each step. Reading for it leaves no mark on the state.

/** The name of the actor whose task it is. */
export function taskName(k: Kernel, task: number): string {
  if (task === NULL) return "idle";
  if (!k.machine.task.record.isLive(task)) return `task ${task}`;
  return k.program.actors[k.thread.actor.get(task)] ?? `task ${task}`;
}

/** The mutexes that are held: `ctx3 e2.children C.perf`. */
export function heldLocks(k: Kernel): string {
  const held: string[] = [];
  const { ctx, event, machine, thread } = k;
  for (let it = 1; it <= ctx.record.count; it++) {
    if (ctx.record.isLive(it) && ctx.mutex.get(it) !== NULL) held.push(`ctx${it}`);
  }
  for (let it = 1; it <= event.record.count; it++) {
    if (event.record.isLive(it) && event.childMutex.get(it) !== NULL) held.push(`e${it}.children`);
  }
  for (let it = 1; it <= machine.tasks; it++) {
    if (!machine.task.record.isLive(it)) continue;
    if (thread.perfEventMutex.get(it) !== NULL) held.push(`${taskName(k, it)}.perf`);
  }
  return held.join(" ");
}

/** Each processor's slots: `e1` armed, `(e1)` in its slot with the register off, `-` free. */
export function slotsText(k: Kernel): string {
  const cpus: string[] = [];
  for (let cpu = 0; cpu < k.cpus; cpu++) {
    const slots: string[] = [];
    for (let register = 0; register < k.registers; register++) {
      const event = k.percpu.slot.get(cpu, register);
      const isOn = isArmed(k, cpu, register);
      if (event === NULL) slots.push(isOn ? "?" : "-");
      else slots.push(isOn ? `e${event}` : `(e${event})`);
    }
    cpus.push(slots.join(""));
  }
  return cpus.join(" ");
}
