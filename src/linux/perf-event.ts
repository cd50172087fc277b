import {
  encodePerfEventAttr,
  PERF_EVENT_IOC_DISABLE,
  PERF_EVENT_IOC_ENABLE,
  PERF_EVENT_IOC_SET_BPF,
  PERF_EVENT_IOC_SET_OUTPUT,
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
}

const READ_WORDS = 3;

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
    this.id = this.readWords()[1] ?? 0n;
  }

  /**
   * Opens an event; `attr.readFormat` must have PERF_FORMAT_ID, and PERF_FORMAT_LOST where
   * `tellsLost`. `pid` and `cpu` as perf_event_open(2) takes them: -1 is any.
   */
  static open(
    sys: Sys,
    attr: PerfEventAttr,
    at: { pid: number; cpu: number; tellsLost: boolean },
  ): Result<PerfEvent> {
    const fd = sys.perfEventOpen(encodePerfEventAttr(attr), at.pid, at.cpu);
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
    return { count: words[0] ?? 0n, lost: this.tellsLost ? words[2] : undefined };
  }

  [Symbol.dispose](): void {
    if (this.open) this.sys.close(this.fd);
    this.open = false;
  }

  /** struct read_format { u64 value; u64 id; u64 lost; }. A pinned event in error reads as empty. */
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
