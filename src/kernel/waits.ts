import { NULL, TASK, WAITS } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";

/** What tasks wait for, beyond mutexes and other processors' interrupts. */
export const WAIT_FOR = {
  /** A task to be dead; one that is gone is dead. */
  death: WAITS.first,
  /** An event's irq work to be idle. kernel: irq_work_sync(). */
  irqWork: WAITS.first + 1,
  /** A context to have no user but the waiter. */
  lastRef: WAITS.first + 2,
  /** A tracee to stop or die. */
  stop: WAITS.first + 3,
  /** exec_update_lock to be free; to have no writer. */
  noReader: WAITS.first + 4,
  noWriter: WAITS.first + 5,
  /** An actor to have been forked. */
  birth: WAITS.first + 6,
  /** The task work of an event to be done (before the fix of 2025). */
  taskWork: WAITS.first + 7,
  /** A stopped task to have left its processor. */
  inactive: WAITS.first + 8,
} as const;

export function waitIsOver(k: Kernel, kind: number, what: number): boolean {
  switch (kind) {
    case WAIT_FOR.death:
      return isDead(k, what);
    case WAIT_FOR.stop:
      return isDead(k, what) || isStopped(k, what);
    case WAIT_FOR.irqWork:
      return !hasIrqWork(k, what);
    case WAIT_FOR.lastRef:
      return k.ctx.refs.get(what) === 1 && k.ctx.woken.get(what) !== 0;
    case WAIT_FOR.noReader:
      return k.thread.execLock.get(what) === 0;
    case WAIT_FOR.noWriter:
      return k.thread.execLock.get(what) >= 0;
    case WAIT_FOR.birth:
      return k.user.taskOf.get(1, what) !== NULL;
    case WAIT_FOR.taskWork:
      return k.event.pendingWork.get(what) === NULL;
    case WAIT_FOR.inactive:
      return k.machine.task.cpu.get(what) < 0;
    default:
      return false;
  }
}

export function isDead(k: Kernel, task: number): boolean {
  return !k.machine.task.record.isLive(task) || k.machine.task.state.get(task) === TASK.zombie;
}

/** Whether nobody can name the task any more: it is dead, and its parent has been told. */
export function isReaped(k: Kernel, task: number): boolean {
  if (!k.machine.task.record.isLive(task)) return true;
  if (k.machine.task.state.get(task) !== TASK.zombie) return false;
  return k.thread.parent.get(task) === NULL || k.thread.leader.get(task) !== task;
}

/** Whether a tracee has stopped and its tracer does not know yet. */
export function isStopped(k: Kernel, task: number): boolean {
  const stopped = k.machine.task.state.get(task) === TASK.stopped;
  return stopped && k.thread.ptraceMessage.get(task) !== 0;
}

export function hasIrqWork(k: Kernel, event: number): boolean {
  for (let cpu = 0; cpu < k.cpus; cpu++) {
    const { irqWork, disableWork, remoteDisableWork } = k.percpu;
    const isQueued = [irqWork, disableWork, remoteDisableWork].some((it) => it.has(cpu, event));
    if (isQueued) return true;
  }
  return false;
}
