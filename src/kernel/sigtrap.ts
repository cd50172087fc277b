import { NULL, procedure, TOMBSTONE, Violation } from "../machine/index.ts";
import { putEvent } from "./free-event.ts";
import { perfEventDisableInatomic } from "./irq-work.ts";
import type { Kernel } from "./kernel.ts";
import type { Hit } from "./overflow.ts";
import { sendSignalWith, TRAP_PERF } from "./send-signal.ts";
import { SIGTRAP } from "./signal-names.ts";

/**
 * kernel: the sigtrap part of __perf_event_overflow(). The signal is sent from task work, on the way
 * back to user mode; until then the context is not swapped away, and the event not freed.
 */
export function queueSigtrap(k: Kernel, event: number, hit: Hit): void {
  const { pendingWork, ctx, refs } = k.event;
  if (k.lacks("Z33")) {
    // One word for the signal and for the event limit, and an interrupt for both.
    k.event.sigtrapOwed.set(event, hit.task);
    perfEventDisableInatomic(k, event);
    return;
  }
  if (pendingWork.get(event) !== NULL) return; // several hits before the return make one signal
  pendingWork.set(event, hit.task);
  k.thread.taskWork.add(hit.task, event);
  if (!k.lacks("Z33b")) k.ctx.nrNoSwitchFast.add(ctx.get(event), 1);
  if (!k.lacks("Z34")) refs.add(event, 1);
}

/** kernel: perf_pending_event_disable() as it was: what has cleared the word has cleared the signal. */
export function sendOwedSigtrap(k: Kernel, event: number): void {
  const owed = k.event.sigtrapOwed.get(event);
  k.event.sigtrapOwed.set(event, NULL);
  if (k.event.pendingDisable.get(event) === 0)
    throw new Violation(
      "missed-signal",
      `the SIGTRAP that event ${event} owes task ${owed} is lost`,
    );
  k.event.pendingDisable.set(event, 0);
  const task = k.machine.cpu.current.get(k.machine.here);
  if (task !== owed)
    throw new Violation("unexplained-sigtrap", `task ${task} is sent the SIGTRAP of task ${owed}`);
  perfSigtrap(k, task, event);
}

/** kernel: perf_pending_task(). */
export const perfPendingTask = procedure("perf_pending_task", ["event"], {
  deliver(k: Kernel, f) {
    const { self } = k.machine;
    k.thread.taskWork.remove(self, f.event);
    const ctx = k.event.ctx.get(f.event);
    if (k.event.pendingWork.get(f.event) !== NULL) {
      k.event.pendingWork.set(f.event, NULL);
      perfSigtrap(k, self, f.event);
      if (!k.lacks("Z33b")) k.ctx.nrNoSwitchFast.add(ctx, -1);
    }
    if (k.lacks("Z34")) return "DONE";
    return k.machine.call(putEvent, [f.event], "done");
  },
  done: () => "DONE",
});

/** kernel: perf_sigtrap(). */
function perfSigtrap(k: Kernel, task: number, event: number): void {
  const owner = k.ctx.task.get(k.event.ctx.get(event));
  if (owner === TOMBSTONE || k.thread.exiting.get(task) !== 0) return;
  if (owner !== NULL && owner !== task)
    throw new Violation("warning", `task ${task} is sent the SIGTRAP of task ${owner}'s event`);
  const data = k.event.sigData.get(event);
  sendSignalWith(k, task, SIGTRAP, { code: TRAP_PERF, data, addr: k.event.hwAddr.get(event) });
}

/** kernel: task_work_run() on exit. True if a procedure was entered, to come back to `label`. */
export function dropTaskWork(k: Kernel, task: number, label: string): boolean {
  const event = k.thread.taskWork.next(task, 0);
  if (event === NULL) return false;
  k.machine.call(perfPendingTask, [event], label);
  return true;
}
