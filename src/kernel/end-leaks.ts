import { NULL, TASK, Violation } from "../machine/index.ts";
import { slotType } from "./breakpoint-slot.ts";
import type { Kernel } from "./kernel.ts";
import { checkLeaks } from "./leaks.ts";

/** If nobody is left to close or to exit, nothing may be left at all. */
export function checkLeaksOfTheDead(k: Kernel): void {
  const { task } = k.machine;
  for (let it = 1; it <= k.machine.tasks; it++) {
    if (task.record.isLive(it) && task.state.get(it) !== TASK.zombie) return;
  }
  checkLeaks(k);
}

/**
 * What slots are counted for: no task has more breakpoints to run with than were counted for it, or
 * one that was admitted will find no register. A context that was swapped brings others' with it.
 */
export function checkCommitment(k: Kernel): void {
  for (let task = 1; task <= k.machine.tasks; task++) {
    if (!k.machine.task.record.isLive(task)) continue;
    const ctx = k.thread.ctx.get(task);
    if (ctx === NULL) continue;
    const surplus = [0, 0];
    for (let event = 1; event <= k.event.record.count; event++) {
      if (!k.event.record.isLive(event) || k.event.holdsSlot.get(event) === 0) continue;
      const type = slotType(k, k.event.bpType.get(event));
      const runs = k.ctx.events.has(ctx, event) ? 1 : 0;
      const counts = k.event.target.get(event) === task ? 1 : 0;
      surplus[type] = (surplus[type] ?? 0) + runs - counts;
    }
    if (surplus.some((it) => it > 0))
      throw new Violation(
        "overcommit",
        `task ${task} has more breakpoints than are counted for it`,
      );
  }
}
