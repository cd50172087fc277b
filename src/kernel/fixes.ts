/** A fix that Linux has had, which can be switched off: today's code with one mistake put back. */
export interface Fix {
  readonly commit: string;
  readonly year: number;
  /** The commit's own where a text at hand quotes it; else, in small letters, what it does. */
  readonly title: string;
  /** The number of the commit is from memory: no text at hand confirms it. */
  readonly isRecalled?: true;
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
    title: "count the breakpoints of a task on possible CPUs, not on those online",
    isRecalled: true,
    files: [BREAKPOINT],
    without: "a CPU that was down while a task breakpoint was closed keeps its slot",
  },
  Z12: {
    commit: "8b4d801b2b12",
    year: 2013,
    title: "compare a task's breakpoints with the CPU asked about, not with the new one's",
    isRecalled: true,
    files: [BREAKPOINT],
    without: "any-CPU breakpoints of a task are not counted beside those on one CPU: overcommit",
  },
  Z13: {
    commit: "45a73372efe4",
    year: 2010,
    title: "hw_breakpoints: Fix per task breakpoint tracking",
    files: [BREAKPOINT],
    without: "a task's slots are counted in its context, which is gone when the event is closed",
  },
  Z14: {
    commit: "44234adcdce3",
    year: 2009,
    title: "modify a breakpoint by disabling, editing and enabling it",
    files: [BREAKPOINT],
    without: "while a tracer moves its breakpoint another opener takes its slot",
  },
  Z15: {
    commit: "bf26c018490c",
    year: 2011,
    title: "ptrace: Prepare to fix racy accesses on task breakpoints",
    files: ["kernel/ptrace.c", "arch/x86/kernel/ptrace.c"],
    without: "the tracer reads a breakpoint that its dying tracee has freed",
  },
  Z16: {
    commit: "5aab90ce1ad2",
    year: 2016,
    title: "perf/powerpc: Don't call perf_event_disable() from atomic context",
    files: [POWERPC, CORE],
    without: "an access that cannot be stepped takes a mutex in the trap handler",
  },
  Z17: {
    commit: "a2ceff5e555e",
    year: 2008,
    title: "clear the copy of the DABR where the register is cleared",
    files: ["arch/powerpc/kernel/process.c"],
    without: "the trap clears the register but not its copy, so the next task's is not written",
  },
  Z18: {
    commit: "cd6ef7eebf17",
    year: 2018,
    title: "test the DAWR's block as 512 bytes, and give PTRACE_SET_DEBUGREG a length",
    files: [POWERPC, "arch/powerpc/kernel/ptrace.c"],
    without: "a range may cross a block of 512 bytes, beyond which the register does not match",
  },
  Z19: {
    commit: "27985b2a640e",
    year: 2019,
    title: "powerpc/watchpoint: Don't ignore extraneous exceptions blindly",
    files: [POWERPC],
    without: "a hit is judged by the reported address alone",
  },
  Z20: {
    commit: "29da4f91c0c1",
    year: 2020,
    title: "powerpc/watchpoint: Don't allow concurrent perf and ptrace events",
    files: [POWERPC],
    without: "perf and ptrace cannot watch the same bytes",
  },
  Z21: {
    commit: "cc879ab3ce39",
    year: 2023,
    title: "powerpc/watchpoints: Disable preemption in thread_change_pc()",
    files: [POWERPC],
    without: "a signal's delivery reads the slots of one CPU and writes the register of another",
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
  Z25: {
    commit: "fdfeff0f9e3d",
    year: 2016,
    title: "arm64: hw_breakpoint: Handle inexact watchpoint addresses",
    files: ["arch/arm64/kernel/hw_breakpoint.c"],
    without: "an access beside the watched bytes is nobody's, and traps for ever",
  },
  Z26: {
    commit: "unknown",
    year: 2025,
    title: "refuse a range that leaves its double word",
    files: ["arch/arm64/kernel/hw_breakpoint.c"],
    without: "the bytes beyond the double word are not watched",
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
    title: "remove the inherited events when the last descriptor is closed",
    isRecalled: true,
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
  Z31b: {
    commit: "74751ef5c191",
    year: 2024,
    title: "perf/core: Fix missing wakeup when waiting for context reference",
    files: [CORE],
    without: "a fork that fails waits for a close that wakes nobody",
  },
  Z33: {
    commit: "ca6c21327c6a",
    year: 2022,
    title: "perf: Fix missing SIGTRAPs",
    files: [CORE],
    without: "a signal is lost when its event is switched off and on before it is sent",
  },
  Z33b: {
    commit: "ca6c21327c6a",
    year: 2022,
    title: "perf: Fix missing SIGTRAPs",
    files: [CORE],
    without: "a context is swapped away while its task is still to be sent a signal",
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
  Z38: {
    commit: "32671e3799ca",
    year: 2023,
    title: "perf: Disallow mis-matched inherited group reads",
    files: [CORE],
    without: "reading a group runs over the end of a smaller one",
  },
  Z39: {
    commit: "da916e96e2de",
    year: 2025,
    title: "perf: Make perf_pmu_unregister() useable",
    files: [CORE],
    without: "whoever joins the group of a dead task's event is told EINVAL, or joins it",
  },
  Z40: {
    commit: "bd2756811766",
    year: 2022,
    title: "perf: Rewrite core context handling",
    files: [CORE],
    without:
      "whether a task is dying is asked before whether the caller may look into it, and told to anybody",
  },
} as const satisfies Readonly<Record<string, Fix>>;

/** Fixed bugs that cannot be put back here, and why. */
export const NOT_IN_LEDGER: Readonly<Record<string, string>> = {
  Z7: "the Oops of 2016 is design a as it is, and its fix is design b",
  Z8: "its fix is design c; design b has it as it is",
  Z22: "loongarch is not modelled",
  Z27: "a trap inside the trap's own entry code: the model takes a trap and its handler for one step",
  Z28: "ranges that wrap around or straddle the border of the kernel's half, where no variable can lie",
  Z32: "a group half inherited: the steps of inherit copy event by event, and give all back on an error",
  Z36: "only a group with events of two PMUs is ever moved to another context, and the model has one",
};

export type FixId = keyof typeof FIXES;

export function isFixId(name: string): name is FixId {
  return Object.hasOwn(FIXES, name);
}
