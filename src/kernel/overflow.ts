import { NULL } from "../machine/index.ts";
import { perfEventDisableLocked } from "./event-function.ts";
import { FLAG, HANDLER, PERF_EVENT_STATE } from "./event-state.ts";
import { perfEventDisableInatomic, queueWork } from "./irq-work.ts";
import type { Kernel } from "./kernel.ts";
import { noteCounted } from "./observer.ts";
import { startPeriod } from "./period.ts";
import { sendSignalWith } from "./send-signal.ts";
import { queueSigtrap, sendOwedSigtrap } from "./sigtrap.ts";

/** The access that an event is told of: by whom, in which mode. */
export interface Hit {
  readonly task: number;
  readonly userMode: boolean;
}

/** kernel: perf_bp_event(), called by the trap handlers with interrupts off. */
export function perfBpEvent(k: Kernel, event: number, hit: Hit): void {
  const { flags, hwState, count, samplePeriod, periodLeft, state } = k.event;
  const it = hwState.follow(event);
  if (hwState.of(it) !== 0) return;
  if ((flags.of(it) & (hit.userMode ? FLAG.excludeUser : FLAG.excludeKernel)) !== 0) return;

  count.add(event, 1);
  noteCounted(k, event, hit.task);
  const period = samplePeriod.of(it);
  if (period === 0 || state.of(it) !== PERF_EVENT_STATE.active) return;
  if (period === 1) {
    perfEventOverflow(k, event, hit);
    return;
  }
  // A task that waited since its event's period was changed has been switched, and begins it anew.
  if (k.event.target.get(event) !== NULL && periodLeft.get(event) >= 0) startPeriod(k, event);
  if (periodLeft.add(event, 1) < 0) return;
  for (let overflows = startPeriod(k, event); overflows > 0; overflows--)
    perfEventOverflow(k, event, hit);
}

/** kernel: __perf_event_overflow(). */
function perfEventOverflow(k: Kernel, event: number, hit: Hit): void {
  const { eventLimit, pendingKill } = k.event;
  pendingKill.set(event, POLL_IN);
  if (eventLimit.get(event) > 0 && eventLimit.add(event, -1) === 0) {
    pendingKill.set(event, POLL_HUP);
    perfEventDisableInatomic(k, event);
    // kernel: pmu->stop(). hw_breakpoint_add() leaves PERF_HES_STOPPED as it is.
    if (k.limitStops) k.event.hwState.set(event, PERF_HES_STOPPED);
  }
  if (k.hasFlag(event, "sigtrap")) queueSigtrap(k, event, hit);

  const owner = k.family(event);
  const handler = k.event.handler.get(event);
  if (handler === HANDLER.default && k.event.mapped.get(owner) > 0) k.event.samples.add(event, 1);
  if (k.event.fasyncSignal.get(owner) !== 0) {
    k.event.pendingWakeup.set(event, 1);
    queueWork(k, event, "wake");
  }
}

const PERF_HES_STOPPED = 1;
const POLL_IN = 1;
const POLL_HUP = 6;

export function interruptPending(k: Kernel, cpu: number): boolean {
  return hasOwnWork(k, cpu) || !k.percpu.remoteDisableWork.isEmpty(cpu);
}

/**
 * Work is queued by exceptions of the processor itself, with interrupts off. x86 sends itself an
 * interrupt, which is taken as soon as they are on again; but what another processor calls for at that
 * moment may come before it. Elsewhere it may be late: there it is the timer's, or another controller's.
 */
export function interruptIsDue(k: Kernel, cpu: number): boolean {
  return k.arch.name === "x86" && hasOwnWork(k, cpu);
}

function hasOwnWork(k: Kernel, cpu: number): boolean {
  return !k.percpu.irqWork.isEmpty(cpu) || !k.percpu.disableWork.isEmpty(cpu);
}

/** kernel: irq_work_run(). */
export function runInterrupt(k: Kernel, cpu: number): void {
  const { irqWork, disableWork, remoteDisableWork } = k.percpu;
  for (let it = irqWork.next(cpu, 0); it !== 0; it = irqWork.next(cpu, it)) {
    irqWork.remove(cpu, it);
    perfPendingIrq(k, it);
  }
  for (let it = disableWork.next(cpu, 0); it !== 0; it = disableWork.next(cpu, it)) {
    disableWork.remove(cpu, it);
    perfPendingDisable(k, it, cpu);
  }
  for (let it = remoteDisableWork.next(cpu, 0); it !== 0; it = remoteDisableWork.next(cpu, it)) {
    remoteDisableWork.remove(cpu, it);
    perfPendingDisable(k, it, cpu);
  }
}

/** kernel: perf_pending_irq(). */
function perfPendingIrq(k: Kernel, event: number): void {
  if (k.event.pendingWakeup.get(event) === 0) return;
  k.event.pendingWakeup.set(event, 0);
  perfEventWakeup(k, event);
}

/**
 * kernel: perf_event_wakeup(). An overflow leaves its reason even where nobody has asked for signals:
 * who asks later is sent one for it when the event, or a child of it, exits.
 */
export function perfEventWakeup(k: Kernel, event: number): void {
  const { pendingKill, fasyncSignal, fasyncOwner } = k.event;
  const code = pendingKill.get(event);
  if (code === 0) return;
  pendingKill.set(event, 0);
  const original = k.family(event);
  const owner = fasyncOwner.get(original);
  if (owner === NULL || !k.machine.task.record.isLive(owner)) return;
  sendSignalWith(k, owner, fasyncSignal.get(original) - 1, { code, data: 0, addr: 0 });
}

/** kernel: __perf_pending_disable(). Where the event is not on a processor, it was switched off. */
function perfPendingDisable(k: Kernel, event: number, cpu: number): void {
  if (k.event.sigtrapOwed.get(event) !== NULL) {
    sendOwedSigtrap(k, event);
    return;
  }
  const on = k.event.oncpu.get(event);
  if (on < 0) return;
  if (on !== cpu) {
    k.percpu.remoteDisableWork.add(on, event);
    return;
  }
  k.event.pendingDisable.set(event, 0);
  perfEventDisableLocked(k, event, k.event.ctx.get(event));
}
