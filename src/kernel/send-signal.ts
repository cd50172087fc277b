import { NULL, TASK, Violation } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { checkWoken } from "./promises.ts";
import { SIGCHLD, SIGCONT, SIGKILL, SIGSEGV, SIGSTOP, SIGTRAP } from "./signal-names.ts";

/** The default action of a signal, as far as programs can be sent it. */
export function defaultAction(signal: number): "ignore" | "stop" | "kill" {
  if (signal === SIGCHLD || signal === SIGCONT) return "ignore";
  return signal === SIGSTOP ? "stop" : "kill";
}

/** The part of siginfo that programs look at. */
export interface SigInfo {
  readonly code: number;
  readonly data: number;
  readonly addr: number;
}

const FROM_USER: SigInfo = { code: 0, data: 0, addr: 0 };
const TRAP_HWBKPT = 4;
export const TRAP_PERF = 6;

/** Signals that the task has sent to itself by what it did, with what is told of them. */
export function sendSignalWith(k: Kernel, task: number, signal: number, info: SigInfo): void {
  if ((k.thread.pending.get(task) & (1 << signal)) === 0) {
    k.thread.sigCode.set(task, info.code, signal);
    k.thread.sigData.set(task, info.data, signal);
    k.thread.sigAddr.set(task, info.addr, signal);
  }
  post(k, task, signal);
  checkWoken(k, task, signal);
}

/** kernel: send_signal_locked(). Signals of one number that are pending already are one. */
export function sendSignal(k: Kernel, task: number, signal: number): void {
  sendSignalWith(k, task, signal, FROM_USER);
}

/** What the process does about a signal: the threads have it in common. kernel: sighand_struct. */
export function handlerOf(k: Kernel, task: number, signal: number): number {
  return k.thread.handler.get(k.thread.leader.get(task), signal);
}

export function isIgnored(k: Kernel, task: number, signal: number): boolean {
  return (k.thread.ignored.get(k.thread.leader.get(task)) & (1 << signal)) !== 0;
}

function post(k: Kernel, task: number, signal: number): void {
  const { machine, thread } = k;
  if (thread.exiting.get(task) !== 0) return;
  const ignored = isIgnored(k, task, signal);
  const byDefault = handlerOf(k, task, signal) === 0;
  const traced = thread.tracer.get(task) !== NULL;
  if (signal === SIGCONT && machine.task.state.get(task) === TASK.stopped && !traced)
    machine.task.state.set(task, TASK.ready);
  if (signal === SIGKILL && machine.task.state.get(task) === TASK.stopped)
    machine.task.state.set(task, TASK.ready);
  const dropped = ignored || (byDefault && defaultAction(signal) === "ignore");
  if (dropped && !traced) return;
  thread.pending.set(task, thread.pending.get(task) | (1 << signal));
  const isBlocked = (thread.blocked.get(task) & (1 << signal)) !== 0;
  if (byDefault && !ignored && !isBlocked && !traced) completeSignal(k, task, signal);
}

/**
 * kernel: complete_signal(). What kills without a core dump does so when it is sent, and kills all
 * threads: other signals that are pending by then come too late.
 */
function completeSignal(k: Kernel, task: number, signal: number): void {
  const dumpsCore = signal === SIGTRAP || signal === SIGSEGV;
  if (signal === SIGKILL || dumpsCore || defaultAction(signal) !== "kill") return;
  if (k.thread.killedBy.get(task) !== 0) return;
  const leader = k.thread.leader.get(task);
  for (let it = 1; it <= k.machine.tasks; it++) {
    if (!k.machine.task.record.isLive(it) || k.thread.leader.get(it) !== leader) continue;
    if (k.thread.killedBy.get(it) !== 0 || k.machine.task.state.get(it) === TASK.zombie) continue;
    k.thread.killedBy.set(it, signal + 1);
    post(k, it, SIGKILL);
  }
}

/** A SIGTRAP that the kernel itself sends for a trap that it took for somebody else's. */
export function forceSigtrap(k: Kernel, task: number, justified: boolean): void {
  if (!justified)
    throw new Violation("unexplained-sigtrap", `task ${task} neither is stepped nor watches this`);
  sendSignalWith(k, task, SIGTRAP, { ...FROM_USER, code: TRAP_HWBKPT });
}
