/**
 * Linux's perf interface as data: attributes, constants, records, rings.
 * It knows no system call and reads no file: bytes come in, values go out, and the other way round.
 */
export {
  CLOCK_MONOTONIC,
  PERF_CONTEXT_KERNEL,
  PERF_CONTEXT_MAX,
  PERF_CONTEXT_USER,
  PERF_COUNT_SW_BPF_OUTPUT,
  PERF_COUNT_SW_DUMMY,
  PERF_EVENT_IOC_DISABLE,
  PERF_EVENT_IOC_ENABLE,
  PERF_EVENT_IOC_SET_BPF,
  PERF_EVENT_IOC_SET_OUTPUT,
  PERF_FLAG_FD_CLOEXEC,
  PERF_FORMAT_ID,
  PERF_FORMAT_LOST,
  PERF_FORMAT_TOTAL_TIME_ENABLED,
  PERF_FORMAT_TOTAL_TIME_RUNNING,
  PERF_RECORD_COMM,
  PERF_RECORD_EXIT,
  PERF_RECORD_FORK,
  PERF_RECORD_LOST,
  PERF_RECORD_LOST_SAMPLES,
  PERF_RECORD_MISC_COMM_EXEC,
  PERF_RECORD_MISC_CPUMODE_MASK,
  PERF_RECORD_MISC_KERNEL,
  PERF_RECORD_MISC_USER,
  PERF_RECORD_MMAP,
  PERF_RECORD_MMAP2,
  PERF_RECORD_SAMPLE,
  PERF_RECORD_THROTTLE,
  PERF_RECORD_UNTHROTTLE,
  PERF_SAMPLE_CALLCHAIN,
  PERF_SAMPLE_CPU,
  PERF_SAMPLE_IDENTIFIER,
  PERF_SAMPLE_IP,
  PERF_SAMPLE_RAW,
  PERF_SAMPLE_REGS_ABI_32,
  PERF_SAMPLE_REGS_ABI_64,
  PERF_SAMPLE_REGS_INTR,
  PERF_SAMPLE_REGS_USER,
  PERF_SAMPLE_STACK_USER,
  PERF_SAMPLE_TID,
  PERF_SAMPLE_TIME,
  PERF_TYPE_BREAKPOINT,
  PERF_TYPE_SOFTWARE,
} from "./constants.ts";
export {
  encodePerfEventAttr,
  PERF_ATTR_SIZE,
  type PerfEventAttr,
  type PerfEventFlag,
} from "./perf-event-attr.ts";
export { isSince, type Release, releaseOf } from "./release.ts";
export { type RingArea, RingCursor } from "./ring.ts";
export { type SampleLayout, type SampleWishes, sampleLayout } from "./sample-layout.ts";
export {
  type DecodeText,
  decodeSideRecord,
  RecordError,
  type SideRecord,
  type TaskRecord,
} from "./side-record.ts";
export { SIGNAL_NAMES, type SignalName, signalNumber, signalOfNumber } from "./signals.ts";
