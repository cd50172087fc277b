import {
  PERF_CONTEXT_KERNEL,
  PERF_CONTEXT_MAX,
  PERF_CONTEXT_USER,
  PERF_RECORD_MISC_CPUMODE_MASK,
  PERF_RECORD_MISC_KERNEL,
  type SampleLayout,
} from "../abi/index.ts";
import type { ArmedRing } from "./arming.ts";

/** One frame of a call chain as the kernel walked it, innermost first. */
export interface RawFrame {
  readonly address: bigint;
  readonly mode: "user" | "kernel";
}

/** A call chain longer than this is the fault of a broken record, not of a program. */
const MAX_CHAIN = 1024;

/**
 * The hit that a ring's cursor stands on. One object for all hits: it is valid until the next one
 * is read, and keeps 64-bit values in halves, so that a million hits make no garbage.
 */
export class RawHit {
  pid = 0;
  tid = 0;
  cpu = 0;
  ipLow = 0;
  ipHigh = 0;
  timeLow = 0;
  timeHigh = 0;
  /** The kernel made the access, on behalf of the task. */
  kernel = false;
  /** Index of the spot that was hit. */
  spot = 0;
  private readonly layout: SampleLayout;
  private ring: ArmedRing | undefined;

  constructor(layout: SampleLayout) {
    this.layout = layout;
  }

  /** Reads all but the spot, which the event's id tells. */
  read(ring: ArmedRing): void {
    const { cursor } = ring;
    const { ip, pid, tid, time, cpu } = this.layout;
    this.ring = ring;
    this.kernel = (cursor.misc & PERF_RECORD_MISC_CPUMODE_MASK) === PERF_RECORD_MISC_KERNEL;
    this.ipLow = cursor.word(ip);
    this.ipHigh = cursor.word(ip + 1);
    this.pid = cursor.word(pid) | 0;
    this.tid = cursor.word(tid) | 0;
    this.timeLow = cursor.word(time);
    this.timeHigh = cursor.word(time + 1);
    this.cpu = ring.cpu ?? (cpu === undefined ? -1 : cursor.word(cpu));
  }

  /** Where the program was: behind the access for data, before it for an instruction. */
  get ip(): bigint {
    return (BigInt(this.ipHigh) << 32n) | BigInt(this.ipLow);
  }

  /** In ns of CLOCK_MONOTONIC. */
  get time(): bigint {
    return (BigInt(this.timeHigh) << 32n) | BigInt(this.timeLow);
  }

  /** The call chain, if one was sampled. */
  stack(): readonly RawFrame[] {
    const at = this.layout.callchain;
    if (at === undefined || this.ring === undefined) return [];
    const { cursor } = this.ring;
    const count = Math.min(cursor.word(at), MAX_CHAIN, (cursor.size / 4 - at) / 2 - 1);
    const frames: RawFrame[] = [];
    let mode: RawFrame["mode"] = "user";
    for (let index = 1; index <= count; index += 1) {
      const address = cursor.u64(at + 2 * index);
      if (address < PERF_CONTEXT_MAX && address !== 0n) frames.push({ address, mode });
      else if (address === PERF_CONTEXT_KERNEL) mode = "kernel";
      else if (address === PERF_CONTEXT_USER) mode = "user";
    }
    return frames;
  }
}
