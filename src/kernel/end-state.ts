import { NULL, TASK, Violation, WAITS } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { WAIT_FOR } from "./waits.ts";

/**
 * What must hold when nothing can happen any more: nobody waits for what only the kernel could give.
 * To wait for a task that lives on, or for a tracee that does not stop, is the program's own affair.
 */
export function checkNobodyHangs(k: Kernel): void {
  const { task } = k.machine;
  for (let it = 1; it <= k.machine.tasks; it++) {
    if (!task.record.isLive(it) || task.state.get(it) !== TASK.asleep) continue;
    const kind = task.waitKind.get(it);
    const what = task.waitFor.get(it);
    if (kind === WAITS.mutex) {
      const holder = k.state.get(what);
      if (holder !== NULL) throw new Violation("deadlock", `task ${it} waits for task ${holder}`);
    }
    if (kind === WAIT_FOR.noReader || kind === WAIT_FOR.noWriter)
      throw new Violation("deadlock", `task ${it} waits for an exec_update_lock`);
    if (kind === WAIT_FOR.lastRef) throw new Violation("hang", `task ${it} waits for a context`);
    if (kind === WAIT_FOR.irqWork || kind === WAIT_FOR.taskWork)
      throw new Violation("hang", `task ${it} waits for the work of event ${what}`);
  }
}
