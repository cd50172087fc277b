import type { Release } from "../abi/index.ts";
import { runOnModel } from "../check/index.ts";
import { FIXES, isFixId } from "../kernel/index.ts";
import type { Program, PropertyName } from "../scenario/index.ts";

/** A way in which a real kernel is not as intended: found, shrunk and explained from its source. */
export interface KnownBug {
  readonly id: string;
  readonly what: string;
  /** Kernels that have it. */
  readonly kernels: string;
  /** The first release that has it; undefined: all that were looked at. */
  readonly since?: Release;
  readonly cause: string;
  /** The model does the same as the kernel, so that the two agree. */
  readonly inModel: boolean;
  /** What the model says of it when it is as the kernel is, in scenarios that nobody wrote. */
  readonly violation?: PropertyName;
  /** Where it is the fault of one architecture. */
  readonly arch?: string;
  /** The scenario that shows it and nothing else. */
  readonly scenario: string;
}

export const KNOWN_BUGS: readonly KnownBug[] = [
  {
    id: "swap-original-exits",
    what: "an event ends with a child of its task, though the task lives on",
    kernels: "seen on 6.18; as old as the swap of inherited contexts",
    cause:
      "perf_event_context_sched_out() gives the parent's context, and the original event in it, to a " +
      "child whose events are clones. What changes one context then (find_get_context() calls " +
      "unclone_ctx()) leaves it there for good. perf_event_exit_event() of the child sets the " +
      "original to PERF_EVENT_STATE_EXIT, so perf_event_open() refuses it as a group leader and " +
      "poll() says POLLHUP, while its hits still count by way of the inherited event.",
    inModel: true,
    scenario: "swap-original-exits.scn",
  },
  {
    id: "swap-parts-group",
    what: "whether an event may join its own task's group hangs on the last switch of tasks",
    kernels: "seen on 6.18; as old as the swap of inherited contexts",
    cause:
      "perf_event_context_sched_out() gives the parent's context, and the leader in it, to a child. " +
      "perf_event_open() then finds the clone as the task's context, and refuses the leader, whose ctx " +
      "is the other one, with EINVAL.",
    inModel: true,
    scenario: "swap-parts-group.scn",
  },
  {
    id: "swap-gives-slots-back",
    what: "after a swap and an exit a task can have more breakpoints than there are registers",
    kernels:
      "seen on 6.18; since slots of tasks are counted by hw.target, whose contexts are swapped",
    cause:
      "Slots are counted for hw.target, which stays, while perf_event_context_sched_out() gives contexts " +
      "away. perf_event_exit_task_context() frees the inherited events of the context that the dying " +
      "task has got, and release_bp_slot() gives back a slot of the task that they were made for, which " +
      "lives on with the other's events. hw_breakpoint_add() then finds no register: EBUSY.",
    inModel: true,
    violation: "missed-hit",
    scenario: "swap-gives-slots-back.scn",
  },
  {
    id: "group-inherits-process",
    what: "an event that only threads are to inherit comes along to a process, if its group's leader does",
    kernels: "seen on 6.18; since 2021 (v5.13), when inherit_thread was added",
    cause:
      "inherit_task_group() looks at inherit_thread, and at sigtrap with CLONE_CLEAR_SIGHAND, for the " +
      "leader of a group alone. inherit_group() inherits each sibling without asking.",
    inModel: true,
    scenario: "group-inherits-process.scn",
  },
  {
    id: "overlap-beside-address",
    what: "of two watchpoints that an access overlaps the one that has not the reported address is passed over",
    kernels: "seen on arm64 6.12; as old as the handler, which goes by the reported address",
    cause:
      "One register traps for the whole access, and the processor reports one address in it. " +
      "watchpoint_handler() of arm64 reports the watchpoints that contain this address, and a closest one " +
      "only if none does. It does not look at the instruction, so a wider access that begins before the " +
      "second range is not counted there.",
    inModel: true,
    violation: "missed-hit",
    arch: "arm64",
    scenario: "overlap-beside-address.scn",
  },
  {
    id: "signal-arms-spent-breakpoint",
    what: "a breakpoint of PTRACE_SET_DEBUGREG comes back with each signal that is handled, without its event",
    kernels: "seen on powerpc 6.1 and 6.12",
    cause:
      "ptrace_set_debugreg() leaves address and type in thread.hw_brk[0], and nothing takes them out again: " +
      "not the hit, not the removal, not exec, and fork copies them. do_signal() writes hw_brk[] into the " +
      "registers before a handler runs, though the event is spent or gone. hw_breakpoint_handler() then " +
      "finds no event, so do_break() sends SIGTRAP, whose handler begins with the register armed again: " +
      "a task that handles SIGTRAP never gets past the access.",
    inModel: true,
    violation: "stale-register",
    scenario: "signal-arms-spent-breakpoint.scn",
  },
  {
    id: "signal-counts-twice",
    what: "an access counts again when a signal is handled between its trap and its step; its own signal, for ever",
    kernels: "seen on arm64 6.12; as old as the stepping over watchpoints",
    cause:
      "watchpoint_handler() of arm64 counts when it traps, before the access, and sets up a step with the " +
      "watchpoints off. handle_signal() leaves the step set up, so it is made in the handler, and arms them. " +
      "The handler returns to the access, which traps and counts again. Where each count sends a signal the " +
      "task never gets past it.",
    inModel: true,
    violation: "double-hit",
    arch: "arm64",
    scenario: "arm64-signal-steps-handler.scn",
  },
  {
    id: "period-of-removed-event",
    what: "PERF_EVENT_IOC_PERIOD on an event that exec has removed: WARN_ON_ONCE(), for any user",
    kernels: "seen on 6.18; since 2021 (v5.13), when remove_on_exec was added",
    cause:
      "perf_event_remove_on_exec() takes the event out of the task's context, but event->ctx stays, and " +
      "so does ctx->task. _perf_event_period() asks nothing of the event's state and calls " +
      "event_function_call(), which finds the task running. If the context has no other event it is " +
      "not active, which event_function() takes for impossible: it warns twice, and calls " +
      "__perf_event_period() without ctx->lock, for cpuctx->task_ctx is not this context.",
    inModel: true,
    scenario: "period-of-removed-event.scn",
  },
  {
    id: "refresh-only-once",
    what: "an event that has used up its PERF_EVENT_IOC_REFRESH never counts again",
    kernels: "seen on 6.18; since 6.17 (2025)",
    since: [6, 17],
    cause:
      "At the limit __perf_event_overflow() calls pmu->stop() since 6.17, so hw.state is PERF_HES_STOPPED. " +
      "hw_breakpoint_add() does not clear it, and perf_bp_event() counts nothing while it is set. Only " +
      "hw_breakpoint_start() clears it, which is called when the period of an active event is set.",
    inModel: true,
    scenario: "refresh-only-once.scn",
  },
];

/** The bug that a file is the scenario of. */
export function bugOf(file: string): KnownBug | undefined {
  return KNOWN_BUGS.find(({ scenario }) => file.endsWith(scenario));
}

/** Why a model goes wrong where it is as the kernel is: a bug that Linux has, or had. */
export type Explanation = Pick<KnownBug, "id" | "what">;

/**
 * The bug by which the model goes wrong on a program, and does not without it: one that a later kernel has
 * mended, if the program says so, or one that none has.
 */
export function bugBehind(program: Program): Explanation | undefined {
  const { violation } = runOnModel(program);
  if (violation === undefined) return undefined;
  const { withoutFixes } = program;
  const isBehind = (fix: string) =>
    runOnModel({ ...program, withoutFixes: withoutFixes.filter((it) => it !== fix) }).violation ===
    undefined;
  const mended = withoutFixes.filter(isFixId).find(isBehind);
  if (mended !== undefined) return { id: mended, what: FIXES[mended].without };

  const { arch } = program.machine;
  const possible = KNOWN_BUGS.filter((it) => it.violation === violation.property);
  const bug =
    possible.find((it) => it.arch === arch) ?? possible.find((it) => it.arch === undefined);
  if (bug === undefined) return undefined;
  return runOnModel(program, { asIntended: true }).violation === undefined ? bug : undefined;
}
