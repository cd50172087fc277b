import { type Field, NULL, TASK, WAITS } from "../machine/index.ts";
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
  const held = mutexesOf(k).filter(({ field, id }) => field.get(id) !== NULL);
  return held.map(({ name }) => name).join(" ");
}

/** Who sleeps until which mutex is free. */
export function lockWaits(k: Kernel): readonly { readonly task: string; readonly lock: string }[] {
  const { tasks, task } = k.machine;
  const waits: { task: string; lock: string }[] = [];
  for (let it = 1; it <= tasks; it++) {
    if (!task.record.isLive(it) || task.state.get(it) !== TASK.asleep) continue;
    if (task.waitKind.get(it) !== WAITS.mutex) continue;
    const place = task.waitFor.get(it);
    const mutex = mutexesOf(k).find(({ field, id }) => field.at(id) === place);
    if (mutex !== undefined) waits.push({ task: taskName(k, it), lock: mutex.name });
  }
  return waits;
}

interface Mutex {
  readonly name: string;
  readonly field: Field;
  readonly id: number;
}

/** Of all that lives. */
function mutexesOf(k: Kernel): readonly Mutex[] {
  const { ctx, event, machine, thread } = k;
  const mutexes: Mutex[] = [];
  for (let id = 1; id <= ctx.record.count; id++) {
    if (ctx.record.isLive(id)) mutexes.push({ name: `ctx${id}`, field: ctx.mutex, id });
  }
  for (let id = 1; id <= event.record.count; id++) {
    if (event.record.isLive(id))
      mutexes.push({ name: `e${id}.children`, field: event.childMutex, id });
  }
  for (let id = 1; id <= machine.tasks; id++) {
    if (!machine.task.record.isLive(id)) continue;
    mutexes.push({ name: `${taskName(k, id)}.perf`, field: thread.perfEventMutex, id });
  }
  return mutexes;
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
