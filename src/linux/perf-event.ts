import {
  encodePerfEventAttr,
  PERF_EVENT_IOC_DISABLE,
  PERF_EVENT_IOC_ENABLE,
  PERF_EVENT_IOC_SET_BPF,
  PERF_EVENT_IOC_SET_OUTPUT,
  PERF_FORMAT_ID,
  PERF_FORMAT_LOST,
  PERF_FORMAT_TOTAL_TIME_ENABLED,
  PERF_FORMAT_TOTAL_TIME_RUNNING,
  type PerfEventAttr,
} from "../abi/index.ts";
import { ok, type Result } from "../base/index.ts";
import { type Sys, SyscallError } from "./sys.ts";

/** What the kernel counted for one event, its inherited children included. */
export interface EventCounts {
  /** Times the event fired, whether or not a sample of it was kept. */
  readonly count: bigint;
  /** Samples for which the ring had no room; undefined before Linux 6.0, which does not say. */
  readonly lost: bigint | undefined;
  /** ns for which the event was to be in a register and was in none: accesses then went unseen. */
  readonly unscheduledNs: bigint;
}

/** struct read_format { u64 value; u64 time_enabled; u64 time_running; u64 id; u64 lost; } */
const READ = { value: 0, enabled: 1, running: 2, id: 3, lost: 4 } as const;
const READ_WORDS = 5;
/** What every event is opened with, so that it can be read as above. */
const READ_FORMAT =
  PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID;

/** One perf event: a file descriptor and the id that its samples carry. */
export class PerfEvent implements Disposable {
  readonly fd: number;
  /** What PERF_SAMPLE_IDENTIFIER says for this event and all that inherited it. */
  readonly id: bigint;
  private readonly sys: Sys;
  private readonly tellsLost: boolean;
  private open = true;

  private constructor(sys: Sys, fd: number, tellsLost: boolean) {
    this.sys = sys;
    this.fd = fd;
    this.tellsLost = tellsLost;
    this.id = this.readWords()[READ.id] ?? 0n;
  }

  /**
   * Opens an event, which tells its losses where the kernel knows PERF_FORMAT_LOST. `pid` and `cpu` as perf_event_open(2) takes them: -1 is any.
   */
  static open(
    sys: Sys,
    attr: PerfEventAttr,
    at: { pid: number; cpu: number; tellsLost: boolean },
  ): Result<PerfEvent> {
    const readFormat = READ_FORMAT | (at.tellsLost ? PERF_FORMAT_LOST : 0);
    const fd = sys.perfEventOpen(encodePerfEventAttr({ ...attr, readFormat }), at.pid, at.cpu);
    return fd.ok ? ok(new PerfEvent(sys, fd.value, at.tellsLost)) : fd;
  }

  enable(): void {
    this.ioctl("PERF_EVENT_IOC_ENABLE", PERF_EVENT_IOC_ENABLE, 0);
  }

  disable(): void {
    this.ioctl("PERF_EVENT_IOC_DISABLE", PERF_EVENT_IOC_DISABLE, 0);
  }

  /** Sends this event's records to the ring of `other`, which must be on the same CPU. */
  outputTo(other: PerfEvent): void {
    this.ioctl("PERF_EVENT_IOC_SET_OUTPUT", PERF_EVENT_IOC_SET_OUTPUT, other.fd);
  }

  /** From now on the eBPF program decides which hits become samples. */
  setBpf(program: number): void {
    this.ioctl("PERF_EVENT_IOC_SET_BPF", PERF_EVENT_IOC_SET_BPF, program);
  }

  counts(): EventCounts {
    const words = this.readWords();
    const [value = 0n, enabled = 0n, running = 0n] = words;
    return {
      count: value,
      lost: this.tellsLost ? words[READ.lost] : undefined,
      unscheduledNs: enabled - running,
    };
  }

  [Symbol.dispose](): void {
    if (this.open) this.sys.close(this.fd);
    this.open = false;
  }

  /** As `READ` says. A pinned event in error reads as empty. */
  private readWords(): BigUint64Array {
    const words = new BigUint64Array(READ_WORDS);
    const got = this.sys.read(this.fd, new Uint8Array(words.buffer));
    if (!got.ok) throw new SyscallError("read of a perf event", got.error);
    return words;
  }

  private ioctl(name: string, request: number, argument: number): void {
    const done = this.sys.ioctl(this.fd, request, argument);
    if (!done.ok) throw new SyscallError(name, done.error);
  }
}
