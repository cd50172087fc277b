/** A way in which a real kernel is not as intended: found, shrunk and explained from its source. */
export interface KnownBug {
  readonly id: string;
  readonly what: string;
  /** Kernels that have it. */
  readonly kernels: string;
  readonly cause: string;
  /** The model does the same as the kernel, so that the two agree. */
  readonly inModel: boolean;
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
];

/** The bug that a conformance scenario is the scenario of. */
export function bugOf(file: string): KnownBug | undefined {
  return KNOWN_BUGS.find(({ scenario }) => file.endsWith(scenario));
}
