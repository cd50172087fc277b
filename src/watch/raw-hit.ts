import {
  PERF_CONTEXT_KERNEL,
  PERF_CONTEXT_MAX,
  PERF_CONTEXT_USER,
  PERF_RECORD_MISC_CPUMODE_MASK,
  PERF_RECORD_MISC_KERNEL,
  type SampleLayout,
} from "../abi/index.ts";
import type { ArmedRing } from "./arming.ts";
import { HEAD } from "./program/frame.ts";

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
  /** What a program of ours sent with it: the bits of HEAD; 0 for a plain sample. */
  head = 0;
  /** Values that were found out in user space, where the kernel did not tell them. */
  rebuiltNew: bigint | undefined;
  rebuiltOld: bigint | undefined;
  /** Words of 64 bits that each value has in a record. */
  private words = 0;
  /** Where the old value stands, in words of 32 bits; the new one follows it. */
  private valuesAt = 0;
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
    this.head = 0;
    this.rebuiltNew = undefined;
    this.rebuiltOld = undefined;
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

  /**
   * Takes in what the program sent: `u32 size; u32 head; u64 old[words]; u64 new[words]`, behind the
   * call chain. Gives the piece that it was sent for.
   */
  readPayload(words: number): number {
    const { callchain, varying } = this.layout;
    if (this.ring === undefined) return -1;
    const { cursor } = this.ring;
    const raw = callchain === undefined ? varying : callchain + 2 + 2 * cursor.word(callchain);
    this.head = cursor.word(raw + 1);
    this.words = words;
    this.valuesAt = raw + 2;
    return this.head & 0xff;
  }

  /** The watched bytes behind the access, as a little-endian number; undefined where not known. */
  get newValue(): bigint | undefined {
    if ((this.head & HEAD.newKnown) === 0) return this.rebuiltNew;
    return this.valueAt(this.valuesAt + 2 * this.words);
  }

  /** The same bytes behind the access before it, by the same process. */
  get oldValue(): bigint | undefined {
    return (this.head & HEAD.oldKnown) === 0 ? this.rebuiltOld : this.valueAt(this.valuesAt);
  }

  /** How `newValue` came to be known. */
  get valueFrom(): "kernel" | "rebuilt" | undefined {
    if ((this.head & HEAD.newKnown) !== 0) return "kernel";
    return this.rebuiltNew === undefined ? undefined : "rebuilt";
  }

  private valueAt(at: number): bigint {
    const cursor = this.ring?.cursor;
    let value = 0n;
    for (let word = this.words - 1; word >= 0; word -= 1) {
      value = (value << 64n) | (cursor?.u64(at + 2 * word) ?? 0n);
    }
    return value;
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
