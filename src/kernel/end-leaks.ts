import { NULL, TASK, Violation } from "../machine/index.ts";
import { slotType } from "./breakpoint-slot.ts";
import { PERF_EVENT_STATE } from "./event-state.ts";
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
 * Events that stand for one another are alike and on or off together, unless something has touched one
 * of them alone: a limit of overflows, an exec, an exit, a refusal.
 */
export function checkFamilies(k: Kernel): void {
  const { state, parent, hwAddr, hwLen, hwType } = k.event;
  const isOn = (event: number) => state.get(event) >= PERF_EVENT_STATE.inactive;
  for (let event = 1; event <= k.event.record.count; event++) {
    const original = k.event.record.isLive(event) ? parent.get(event) : NULL;
    if (original === NULL || k.hasFlag(event, "enableOnExec")) continue;
    if (state.get(original) < PERF_EVENT_STATE.off) continue;
    const isSame = [hwAddr, hwLen, hwType].every((it) => it.get(event) === it.get(original));
    if (!isSame) throw new Violation("expectation", `event ${event} is not as its parent is`);
    if (isOn(event) && !isOn(original))
      throw new Violation("expectation", `event ${event} is on, and its parent was disabled`);
    if (!isOn(event) && isOn(original) && k.event.eventLimit.get(event) === 0)
      throw new Violation("expectation", `event ${event} is off, and its parent was enabled`);
  }
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
