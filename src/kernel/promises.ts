import { NULL, TASK, Violation } from "../machine/index.ts";
import type { EventAttr } from "./event-alloc.ts";
import { ATTACH_CONTEXT, FLAG, PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import type { ModifySpec, Op } from "./op.ts";
import { failure } from "./outcome.ts";
import { SIGCONT, SIGKILL } from "./signal-names.ts";
import { LinearSlots } from "./slots/linear-slots.ts";

// What a function of the kernel promises to whoever calls it, asked in the step in which it must be
// so, under the locks that keep it so. They only peek: a check is no touch of a step.

const EBADF = failure("EBADF");
const EINVAL = failure("EINVAL");

/** perf_event_alloc(): `event->attr = *attr`. */
export function checkAttr(event: number, is: EventAttr, asked: EventAttr): void {
  for (const name of ["addr", "len", "type", "flags", "disabled", "period", "sigData"] as const) {
    if (is[name] !== asked[name])
      broken(`event ${event} has ${name} ${is[name]}, and was asked for with ${asked[name]}`);
  }
}

/** inherit_event(): only what asks for it is inherited, with whoever is told of its overflows. */
export function checkInherited(k: Kernel, made: number, original: number): void {
  const { handler, target } = k.event;
  const child = target.peek(made);
  if (!has(k, original, "inherit")) broken(`event ${original} is inherited unasked`);
  if (handler.peek(made) !== handler.peek(original))
    broken(`event ${made} tells another than event ${original} of its overflows`);
  // As Linux is, a group's leader decides for all of it.
  const decides = k.event.groupLeader.peek(original) === NULL;
  const isThread = k.thread.leader.peek(child) !== child;
  if (decides && has(k, original, "inheritThread") && !isThread)
    broken(`event ${original} is for threads, and process ${child} inherits it`);
}

/** perf_event_init_context(): under the context's mutex nothing that is to be inherited is left out. */
export function checkAllInherited(
  k: Kernel,
  { ctx, child, error }: { ctx: number; child: number; error: number },
): void {
  if (error !== 0) return;
  const { groupLeader, state, parent, target, record } = k.event;
  const isThread = k.thread.leader.peek(child) !== child;
  for (let event = 1; event <= record.count; event++) {
    if (!isIn(k, event, ctx) || groupLeader.peek(event) !== NULL) continue;
    const original = parent.peek(event) || event;
    const isAsked = has(k, event, "inherit") && !has(k, event, "sigtrap");
    if (!isAsked || (has(k, event, "inheritThread") && !isThread)) continue;
    if (state.peek(original) === PERF_EVENT_STATE.dead) continue;
    let made = false;
    for (let it = 1; it <= record.count; it++)
      made ||= parent.holds(it, original) && target.peek(it) === child;
    if (!made) broken(`task ${child} does not inherit event ${event}`);
  }
}

/** __reserve_bp_slot(): refused is what a count of all that hold a slot leaves no room for, and no more. */
export function checkReserved(
  k: Kernel,
  event: number,
  { type, ok, typeOf }: { type: number; ok: boolean; typeOf: (event: number) => number },
): void {
  if (!k.hasAllFixes) return; // the bugs of the past are miscounts
  const { target, cpu, record, holdsSlot } = k.event;
  const linear = new LinearSlots({
    cpus: k.cpus,
    tasks: k.machine.tasks,
    data: k.slots.slotsOf(0),
    inst: k.slots.slotsOf(1),
  });
  for (let it = 1; it <= record.count; it++) {
    if (it === event || !holdsSlot.holds(it, 1)) continue;
    linear.reserve({ target: target.peek(it), cpu: cpu.peek(it), type: typeOf(it) });
  }
  const pinned = { target: target.peek(event), cpu: cpu.peek(event), type };
  if (linear.reserve(pinned).ok !== ok)
    throw new Violation(
      "accounting",
      ok ? `event ${event} gets a slot that is taken` : `event ${event} is refused a free slot`,
    );
}

/** begin_new_exec(): what was to go with the old program is gone. */
export function checkExecuted(k: Kernel, task: number): void {
  const ctx = k.thread.ctx.peek(task);
  for (let event = 1; event <= k.event.record.count && ctx !== NULL; event++) {
    if (isIn(k, event, ctx) && has(k, event, "removeOnExec"))
      broken(`event ${event} outlives the exec`);
  }
}

/** perf_event_period(): the event has the period that was asked for, if it is in a context still. */
export function checkPeriod(k: Kernel, event: number, op: Op): void {
  const { samplePeriod, state } = k.event;
  if (op.kind !== "period" || state.peek(event) <= PERF_EVENT_STATE.exit) return;
  const is = samplePeriod.peek(event);
  if (is !== op.value) broken(`event ${event} has period ${is}, and was to have ${op.value}`);
}

/** perf_event_modify_attr(): a success leaves the event and its children as they were asked for. */
export function checkModified(
  k: Kernel,
  { event, error }: { event: number; error: number },
  asked: ModifySpec,
): void {
  if (error !== 0) return;
  const { parent, sigData, bpLen, bpType, record } = k.event;
  for (let it = 1; it <= record.count; it++) {
    if (it !== event && !parent.holds(it, event)) continue;
    const isIt = [
      asked.sigData === undefined || sigData.peek(it) === asked.sigData,
      asked.len === undefined || bpLen.peek(it) === asked.len,
      asked.type === undefined || bpType.peek(it) === asked.type,
    ];
    if (isIt.includes(false)) broken(`event ${it} is not what it was to become`);
  }
}

/**
 * _perf_event_enable(): what is enabled is on, or has nobody to be on for. On powerpc a hit may switch an
 * event off that cannot be counted, and a limit of overflows may do so everywhere.
 */
export function checkSwitched(k: Kernel, event: number, what: number): void {
  if (what !== 1) return;
  const isSwitchedOff =
    k.arch.name.startsWith("powerpc") ||
    k.lacks("Z33") ||
    k.source.steps.some(({ action }) => action.kind === "refresh");
  if (isSwitchedOff || k.event.state.peek(event) !== PERF_EVENT_STATE.off) return;
  broken(`event ${event} was enabled, and is off`);
}

/** send_signal_locked(): whoever is killed, or told to go on, does not stand still. */
export function checkWoken(k: Kernel, task: number, signal: number): void {
  const isTraced = k.thread.tracer.peek(task) !== NULL;
  if (signal !== SIGKILL && (signal !== SIGCONT || isTraced)) return;
  if (k.thread.exiting.peek(task) === 0 && k.machine.task.state.peek(task) === TASK.stopped)
    throw new Violation("hang", `task ${task} stands still, and was sent signal ${signal}`);
}

/** sys_rt_sigreturn(): a handler returns, and its signal was blocked while it ran. */
export function checkHandled(k: Kernel, task: number, signal: number): void {
  const isBlocked = signal >= 0 && (k.thread.blocked.peek(task) & (1 << signal)) !== 0;
  if (!isBlocked) broken(`task ${task} returns from a handler that could be interrupted by itself`);
}

/**
 * context_equiv(): contexts that may be swapped have the same events. A family that is being closed is
 * taken out of one context after the other, with swaps between: nobody can see its counts any more.
 */
export function checkEquivalent(k: Kernel, ctx: number, other: number): void {
  if (!k.hasAllFixes) return;
  const { parent, state, record } = k.event;
  for (const [one, two] of [[ctx, other] as const, [other, ctx] as const]) {
    for (let event = 1; event <= record.count; event++) {
      if (!isIn(k, event, one)) continue;
      const family = parent.peek(event) || event;
      if (state.peek(family) === PERF_EVENT_STATE.dead) continue;
      let isInBoth = false;
      for (let it = 1; it <= record.count; it++)
        isInBoth ||= isIn(k, it, two) && (parent.peek(it) || it) === family;
      if (!isInBoth)
        broken(`contexts ${ctx} and ${other} are swapped, and event ${event} is in one only`);
    }
  }
}

/** A descriptor that is open is no bad one, and a ring that is mapped can be unmapped. */
export function checkResult(k: Kernel, task: number, word: number): void {
  if (word !== EBADF && word !== EINVAL) return;
  const op = k.program.stepOf(k.thread.actor.peek(task), k.thread.ip.peek(task))?.op;
  if (op === undefined || !("event" in op)) return;
  const event = k.user.eventOf.get(1, k.program.handle(op.event));
  const process = k.thread.leader.peek(task);
  if (event === NULL) return;
  if (op.kind === "munmap") {
    if (word === EINVAL && k.thread.rings.has(process, event))
      broken(`task ${task} cannot unmap the ring of event ${event}, which it has mapped`);
  } else if (op.kind !== "open" && word === EBADF && k.thread.files.has(process, event))
    broken(`task ${task} is refused event ${event}, of which it has a descriptor`);
}

/** Whether a context has an event in it: its field of it stays when it is taken out. */
function isIn(k: Kernel, event: number, ctx: number): boolean {
  return k.event.ctx.holds(event, ctx) && (k.event.attach.peek(event) & ATTACH_CONTEXT) !== 0;
}

function has(k: Kernel, event: number, flag: keyof typeof FLAG): boolean {
  return (k.event.flags.peek(event) & FLAG[flag]) !== 0;
}

function broken(what: string): never {
  throw new Violation("broken-promise", what);
}
