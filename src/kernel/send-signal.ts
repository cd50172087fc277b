import { NULL, TASK, Violation } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { SIGCHLD, SIGCONT, SIGKILL, SIGSTOP, SIGTRAP } from "./signal-names.ts";

/** The default action of a signal, as far as programs can be sent it. */
export function defaultAction(signal: number): "ignore" | "stop" | "kill" {
  if (signal === SIGCHLD || signal === SIGCONT) return "ignore";
  return signal === SIGSTOP ? "stop" : "kill";
}

/** kernel: send_signal_locked(). Signals of one number that are pending already are one. */
export function sendSignal(k: Kernel, task: number, signal: number): void {
  const { machine, thread } = k;
  if (thread.exiting.get(task) !== 0) return;
  const isIgnored = (thread.ignored.get(task) & (1 << signal)) !== 0;
  const byDefault = thread.handler.get(task, signal) === 0;
  const traced = thread.tracer.get(task) !== NULL;
  if (signal === SIGCONT && machine.task.state.get(task) === TASK.stopped && !traced)
    machine.task.state.set(task, TASK.ready);
  if (signal === SIGKILL && machine.task.state.get(task) === TASK.stopped)
    machine.task.state.set(task, TASK.ready);
  const dropped = isIgnored || (byDefault && defaultAction(signal) === "ignore");
  if (dropped && !traced) return;
  thread.pending.set(task, 1, signal);
}

/** A SIGTRAP that the kernel itself sends for a trap that it took for somebody else's. */
export function forceSigtrap(k: Kernel, task: number, justified: boolean): void {
  if (!justified)
    throw new Violation("unexplained-sigtrap", `task ${task} neither is stepped nor watches this`);
  sendSignal(k, task, SIGTRAP);
}
