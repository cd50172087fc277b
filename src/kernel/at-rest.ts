import { NULL, TASK, Violation } from "../machine/index.ts";
import { HANDLER, PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { checkReferences, isAtRest } from "./references.ts";
import { SIGKILL } from "./signal-names.ts";

/**
 * What must hold whenever nobody is inside the kernel: what is said of one thing in two places is said
 * alike, and all that was put off is on its way.
 */
export function checkAtRest(k: Kernel): void {
  if (!isAtRest(k)) return;
  checkReferences(k);
  // The bugs of the past break it, each in its way, and have properties of their own.
  if (!k.hasAllFixes) return;
  for (let event = 1; event <= k.event.record.count; event++) {
    if (!k.event.record.isLive(event)) continue;
    checkScheduled(k, event);
    checkPutOff(k, event);
    checkPeriodLeft(k, event);
    checkParsed(k, event);
    checkHolders(k, event);
  }
  for (let task = 1; task <= k.machine.tasks; task++) {
    if (k.machine.task.record.isLive(task)) checkTask(k, task);
  }
}

/** An active event is in one slot, of the processor that it says; any other event is in none. */
function checkScheduled(k: Kernel, event: number): void {
  const { state, oncpu, ctx } = k.event;
  const isActive = state.get(event) === PERF_EVENT_STATE.active;
  const cpu = oncpu.get(event);
  let inSlots = 0;
  for (let it = 0; it < k.cpus; it++) {
    for (let register = 0; register < k.registers; register++) {
      if (k.percpu.slot.get(it, register) !== event) continue;
      inSlots++;
      if (it !== cpu) wrong(`event ${event} is in a slot of cpu ${it}, and says cpu ${cpu}`);
    }
  }
  if (inSlots !== (isActive ? 1 : 0)) wrong(`event ${event} is in ${inSlots} slots`);
  if (isActive !== cpu >= 0) wrong(`event ${event} says cpu ${cpu}, and is in ${inSlots} slots`);
  if (isActive && k.ctx.isActive.get(ctx.get(event)) === 0)
    wrong(`event ${event} is active in a context that is not`);
}

/** What a hit leaves to an interrupt is queued on some processor. */
function checkPutOff(k: Kernel, event: number): void {
  const { irqWork, disableWork, remoteDisableWork } = k.percpu;
  const isQueued = (...queues: readonly (typeof irqWork)[]) =>
    queues.some((it) =>
      Array.from({ length: k.cpus }, (_, cpu) => cpu).some((cpu) => it.has(cpu, event)),
    );
  if (k.event.pendingWakeup.get(event) !== 0 && !isQueued(irqWork))
    throw new Violation("missed-signal", `event ${event} is to wake somebody, and never will`);
  if (k.event.pendingDisable.get(event) !== 0 && !isQueued(disableWork, remoteDisableWork))
    wrong(`event ${event} is to be disabled, and never will`);
}

/** period_left: never more than a period, and counted up to 0 while the event stays on a processor. */
function checkPeriodLeft(k: Kernel, event: number): void {
  const period = k.event.samplePeriod.get(event);
  if (period <= 1) return;
  const left = k.event.periodLeft.get(event);
  if (Math.abs(left) > period) wrong(`event ${event} has ${left} left of a period of ${period}`);
  const isOfCpu = k.event.target.get(event) === NULL;
  if (isOfCpu && left > 0 && k.event.state.get(event) === PERF_EVENT_STATE.active)
    wrong(`event ${event} is active, and has not begun its period`);
}

/** hw.info is what the attributes were parsed into. */
function checkParsed(k: Kernel, event: number): void {
  const { bpAddr, bpLen, bpType, hwAddr, hwLen, hwType } = k.event;
  const isSame =
    bpAddr.get(event) === hwAddr.get(event) &&
    bpLen.get(event) === hwLen.get(event) &&
    bpType.get(event) === hwType.get(event);
  if (!isSame) wrong(`event ${event} has other attributes than those that it was parsed from`);
}

/** Whoever could close an event has it: descriptors and mappings, its parent, ptrace, a wide breakpoint. */
function checkHolders(k: Kernel, event: number): void {
  let files = 0;
  let mapped = 0;
  let others = 0;
  for (let task = 1; task <= k.machine.tasks; task++) {
    if (!k.machine.task.record.isLive(task)) continue;
    if (k.thread.files.has(task, event)) files++;
    if (k.thread.rings.has(task, event)) mapped++;
    for (let index = 0; index < PTRACE_BPS; index++)
      if (k.thread.ptraceBps.get(task, index) === event) others++;
  }
  for (let cpu = 0; cpu < k.cpus; cpu++) {
    for (let handle = 0; handle < k.program.handles.length; handle++)
      if (k.percpu.wide.get(cpu, handle) === event) others++;
  }
  compare(`the files of event ${event}`, k.event.files.get(event), files + mapped);
  compare(`the mappings of event ${event}`, k.event.mapped.get(event), mapped);
  const isOrphan = files + mapped === 0 && k.event.parent.get(event) === NULL;
  const isOurs = k.event.handler.get(event) >= HANDLER.ptrace && others > 0;
  if (isOrphan && !isOurs && k.event.pendingWork.get(event) === NULL)
    throw new Violation("leaked-event", `event ${event} can be closed by nobody`);
}

const PTRACE_BPS = 4;

/** A task and its context know each other, and whoever is killed dies. */
function checkTask(k: Kernel, task: number): void {
  const ctx = k.thread.ctx.get(task);
  if (ctx !== NULL && k.ctx.task.get(ctx) !== task) wrong(`context ${ctx} is not task ${task}'s`);
  const cpu = k.machine.task.cpu.get(task);
  const isIn = ctx !== NULL && k.ctx.isActive.get(ctx) !== 0;
  if (isIn && (cpu < 0 || k.percpu.taskCtx.get(cpu) !== ctx))
    wrong(`context ${ctx} is active, and task ${task} does not run`);
  const isKilled = (k.thread.pending.get(task) & (1 << SIGKILL)) !== 0;
  if (isKilled && k.machine.task.state.get(task) === TASK.stopped)
    throw new Violation("hang", `task ${task} was killed, and stands still`);
}

function compare(what: string, counted: number, is: number): void {
  if (counted === is) return;
  throw new Violation("accounting", `${what}: ${counted} are accounted for, and there are ${is}`);
}

function wrong(what: string): never {
  throw new Violation("inconsistent", what);
}
