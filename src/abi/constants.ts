/** Constants of <linux/perf_event.h>, under their own names. */

export const PERF_TYPE_SOFTWARE = 1;
export const PERF_TYPE_BREAKPOINT = 5;
export const PERF_COUNT_SW_DUMMY = 9;
export const PERF_COUNT_SW_BPF_OUTPUT = 10;

export const PERF_SAMPLE_IP = 1 << 0;
export const PERF_SAMPLE_TID = 1 << 1;
export const PERF_SAMPLE_TIME = 1 << 2;
export const PERF_SAMPLE_CALLCHAIN = 1 << 5;
export const PERF_SAMPLE_CPU = 1 << 7;
export const PERF_SAMPLE_RAW = 1 << 10;
export const PERF_SAMPLE_REGS_USER = 1 << 12;
export const PERF_SAMPLE_STACK_USER = 1 << 13;
export const PERF_SAMPLE_IDENTIFIER = 1 << 16;
export const PERF_SAMPLE_REGS_INTR = 1 << 18;

/** What stands before sampled registers: none (of a kernel thread), 32 bits, or 64 bits. */
export const PERF_SAMPLE_REGS_ABI_32 = 1;
export const PERF_SAMPLE_REGS_ABI_64 = 2;

export const PERF_FORMAT_TOTAL_TIME_ENABLED = 1 << 0;
export const PERF_FORMAT_TOTAL_TIME_RUNNING = 1 << 1;
export const PERF_FORMAT_ID = 1 << 2;
export const PERF_FORMAT_LOST = 1 << 4;

export const PERF_FLAG_FD_CLOEXEC = 8;

export const PERF_EVENT_IOC_ENABLE = 0x2400;
export const PERF_EVENT_IOC_DISABLE = 0x2401;
export const PERF_EVENT_IOC_SET_OUTPUT = 0x2405;
export const PERF_EVENT_IOC_SET_BPF = 0x40042408;

export const PERF_RECORD_MMAP = 1;
export const PERF_RECORD_LOST = 2;
export const PERF_RECORD_COMM = 3;
export const PERF_RECORD_EXIT = 4;
export const PERF_RECORD_THROTTLE = 5;
export const PERF_RECORD_UNTHROTTLE = 6;
export const PERF_RECORD_FORK = 7;
export const PERF_RECORD_SAMPLE = 9;
export const PERF_RECORD_MMAP2 = 10;
export const PERF_RECORD_LOST_SAMPLES = 13;
export const PERF_RECORD_SWITCH = 14;
export const PERF_RECORD_SWITCH_CPU_WIDE = 15;

export const PERF_RECORD_MISC_CPUMODE_MASK = 7;
export const PERF_RECORD_MISC_KERNEL = 1;
export const PERF_RECORD_MISC_USER = 2;
export const PERF_RECORD_MISC_COMM_EXEC = 1 << 13;
export const PERF_RECORD_MISC_SWITCH_OUT = 1 << 13;

/** Marks in a call chain that tell whose frames follow: -128 the kernel's, -512 the program's. */
export const PERF_CONTEXT_KERNEL = 0xffff_ffff_ffff_ff80n;
export const PERF_CONTEXT_USER = 0xffff_ffff_ffff_fe00n;
/** Values at or above this are marks, never addresses (-4095). */
export const PERF_CONTEXT_MAX = 0xffff_ffff_ffff_f001n;

export const CLOCK_MONOTONIC = 1;
