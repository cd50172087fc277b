import { NULL, TASK, Violation } from "../machine/index.ts";
import { checkAtRest } from "./at-rest.ts";
import { pinnedOf } from "./breakpoint-slot.ts";
import { HANDLER } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { LinearSlots } from "./slots/linear-slots.ts";

/**
 * What must hold once all tasks are gone and nothing is under way: no event, context or task is left,
 * and a full set of slots can be opened on every CPU. Wide breakpoints belong to no task.
 */
export function checkLeaks(k: Kernel): void {
  checkAccounting(k);
  for (let task = 1; task <= k.machine.tasks; task++) {
    if (!k.machine.task.record.isLive(task)) continue;
    const isDead = k.machine.task.state.get(task) === TASK.zombie;
    if (!isDead) throw new Violation("hang", `task ${task} cannot be ended`);
    throw new Violation("leaked-task", `task ${task} is dead, and ${refs(k, task)} hold it`);
  }
  let wide = 0;
  for (let event = 1; event <= k.event.record.count; event++) {
    if (!k.event.record.isLive(event)) continue;
    if (k.event.handler.get(event) === HANDLER.wide) wide++;
    else throw new Violation("leaked-event", `event ${event} outlives all tasks`);
  }
  for (let cpu = 0; cpu < k.cpus && wide === 0; cpu++) {
    for (const type of [0, 1]) {
      const missing = k.slots.slotsOf(type) - k.slots.freeOn(cpu, type);
      if (missing > 0)
        throw new Violation("leaked-slot", `${missing} slots of cpu ${cpu} are lost`);
    }
  }
  checkAtRest(k);
}

function refs(k: Kernel, task: number): string {
  return `${k.thread.refs.get(task)} references`;
}

/** Property: the counts are what a recount of all events that hold a slot gives. */
export function checkAccounting(k: Kernel): void {
  const linear = new LinearSlots({
    cpus: k.cpus,
    tasks: k.machine.tasks,
    data: Number.MAX_SAFE_INTEGER,
    inst: Number.MAX_SAFE_INTEGER,
  });
  for (let event = 1; event <= k.event.record.count; event++) {
    if (!k.event.record.isLive(event) || k.event.holdsSlot.get(event) === NULL) continue;
    linear.reserve(pinnedOf(k, event, k.event.bpType.get(event)));
  }
  for (let cpu = 0; cpu < k.cpus; cpu++) {
    for (const type of [0, 1]) {
      const held = k.slots.slotsOf(type) - k.slots.freeOn(cpu, type);
      const counted = linear.maxBpPinnedSlots({ target: NULL, cpu, type });
      if (held !== counted) {
        const what = `cpu ${cpu}: ${held} slots are accounted for, ${counted} are held`;
        throw new Violation(held > counted ? "leaked-slot" : "accounting", what);
      }
    }
  }
}
