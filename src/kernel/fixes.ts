/** A fix that Linux has had, which can be switched off: today's code with one mistake put back. */
export interface Fix {
  readonly commit: string;
  readonly year: number;
  readonly title: string;
  readonly files: readonly string[];
  /** What goes wrong without it, and how many processors and tasks that takes. */
  readonly without: string;
}

const CORE = "kernel/events/core.c";
const BREAKPOINT = "kernel/events/hw_breakpoint.c";
const POWERPC = "arch/powerpc/kernel/hw_breakpoint.c";

export const FIXES = {
  Z9: {
    commit: "f67b15037a7a",
    year: 2018,
    title: "perf/hwbp: Simplify the perf-hwbp code, fix documentation",
    files: [BREAKPOINT],
    without: "a refused modify leaves the refused address in force",
  },
  Z10: {
    commit: "bd14406b78e6",
    year: 2018,
    title: "perf/hw_breakpoint: Modify breakpoint even if the new attr has disabled set",
    files: [BREAKPOINT],
    without: "the second address written to a disabled ptrace breakpoint is lost",
  },
  Z11: {
    commit: "c790b0ad23f4",
    year: 2013,
    title: "hw_breakpoint: Use cpu_possible_mask in {reserve,release}_bp_slot()",
    files: [BREAKPOINT],
    without: "a CPU that was down while a task breakpoint was closed keeps its slot",
  },
  Z12: {
    commit: "8b4d801b2b12",
    year: 2013,
    title: "hw_breakpoint: Fix cpu check in task_bp_pinned(cpu)",
    files: [BREAKPOINT],
    without: "any-CPU breakpoints of a task are not counted beside those on one CPU: overcommit",
  },
  Z16: {
    commit: "5aab90ce1ad2",
    year: 2016,
    title: "perf/powerpc: Don't call perf_event_disable() from atomic context",
    files: [POWERPC, CORE],
    without: "an access that cannot be stepped takes a mutex in the trap handler",
  },
  Z23: {
    commit: "d11a69873d9a",
    year: 2023,
    title: "hw_breakpoint: fix single-stepping when using bpf_overflow_handler",
    files: ["arch/arm64/kernel/hw_breakpoint.c", CORE],
    without: "with a BPF program attached the task traps at one instruction for ever",
  },
  Z24: {
    commit: "24ebec25fb27",
    year: 2020,
    title: "arm64: hw_breakpoint: Don't invoke overflow handler on uaccess watchpoints",
    files: ["arch/arm64/kernel/hw_breakpoint.c"],
    without: "a watchpoint that its owner must step over is hit in the kernel for ever",
  },
  Z29: {
    commit: "63b6da39bb38",
    year: 2016,
    title: "perf: Fix perf_event_exit_task() race",
    files: [CORE],
    without: "an event is installed into the context of a task that has already exited",
  },
  Z30: {
    commit: "c6e5b73242d2",
    year: 2016,
    title: "perf: Synchronously clean up child events",
    files: [CORE],
    without: "inherited events keep their slots after the last descriptor is closed",
  },
  Z31: {
    commit: "1cf8dfe8a661",
    year: 2019,
    title: "perf/core: Fix race between close() and fork()",
    files: [CORE, "kernel/fork.c"],
    without: "a fork that fails frees the child while close() still holds its event",
  },
  Z34: {
    commit: "517e6a301f34",
    year: 2022,
    title: "perf: Fix perf_pending_task() UaF",
    files: [CORE],
    without: "an event is freed while the signal that it owes is still to be sent",
  },
  Z35: {
    commit: "79c9ce57eb2d",
    year: 2016,
    title: "perf/core: Fix perf_event_open() vs. execve() race",
    files: [CORE],
    without: "an event is opened on a program that may not be looked into",
  },
  Z37: {
    commit: "9d7a6c95f62b",
    year: 2021,
    title: "perf: Fix required permissions if sigtrap is requested",
    files: [CORE],
    without: "who may only observe a task has it sent signals",
  },
} as const satisfies Readonly<Record<string, Fix>>;

export type FixId = keyof typeof FIXES;

export function isFixId(name: string): name is FixId {
  return Object.hasOwn(FIXES, name);
}
