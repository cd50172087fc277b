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
import { registerPlaces, SampledUser } from "./sampled-user.ts";

/** One frame of a call chain, innermost first. */
export interface RawFrame {
  readonly address: bigint;
  readonly mode: "user" | "kernel";
}

/** All that a hit is; without its ring it has no stack and no registers. */
export interface SavedHit {
  readonly pid: number;
  readonly tid: number;
  readonly cpu: number;
  readonly ipLow: number;
  readonly ipHigh: number;
  readonly timeLow: number;
  readonly timeHigh: number;
  readonly kernel: boolean;
  readonly spot: number;
  readonly repeat: number;
  readonly ring: ArmedRing | undefined;
}

const HIGH_WORD = 2 ** 32;

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
  /** How many traps the access took: of a string instruction one for each element that was watched. */
  repeat = 1;
  /** What a program of ours sent with it: the bits of HEAD; 0 for a plain sample. */
  head = 0;
  /** Values that were found out in user space, where the kernel did not tell them. */
  rebuiltNew: bigint | undefined;
  rebuiltOld: bigint | undefined;
  /** The value before the first of several traps, where they are one access. */
  firstOld: bigint | undefined;
  /** Words of 32 bits that the program's payload takes in the record. */
  private rawWords = 0;
  /** Words of 64 bits that each value has in a record. */
  private words = 0;
  /** Where the old value stands, in words of 32 bits; the new one follows it. */
  private valuesAt = 0;
  private readonly layout: SampleLayout;
  private readonly sampled: SampledUser;
  private ring: ArmedRing | undefined;

  /** Where each register at the trap stands, from the record's end: REGS_INTR is its last field. */
  private readonly places: Int8Array;
  private readonly registerCount: number;

  /** `registers`: those that are sampled at the trap, a mask as perf numbers them. */
  constructor(layout: SampleLayout, registers = 0n) {
    this.layout = layout;
    this.sampled = new SampledUser(layout);
    this.places = registerPlaces(registers);
    this.registerCount = this.places.filter((it) => it >= 0).length;
  }

  /** Reads all but the spot, which the event's id tells. */
  read(ring: ArmedRing): void {
    const { cursor } = ring;
    const { ip, pid, tid, time, cpu } = this.layout;
    this.ring = ring;
    this.repeat = 1;
    this.firstOld = undefined;
    this.rawWords = 0;
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
   * `ip` as a double, the kernel's as a negative one: exact in both halves of the address space, and
   * cheap to look up.
   */
  get ipNumber(): number {
    return (this.ipHigh | 0) * HIGH_WORD + this.ipLow;
  }

  /** A register when it trapped, by perf's number, as a double; NaN if it was not sampled. */
  register(number: number): number {
    const place = this.places[number] ?? -1;
    if (place < 0 || this.ring === undefined) return Number.NaN;
    const { cursor } = this.ring;
    const at = cursor.size / 4 - 2 * (this.registerCount - place);
    return (cursor.word(at + 1) | 0) * HIGH_WORD + cursor.word(at);
  }

  /** The same with all its bits. */
  registerBits(number: number): bigint | undefined {
    const place = this.places[number] ?? -1;
    if (place < 0 || this.ring === undefined) return undefined;
    return this.ring.cursor.u64(this.ring.cursor.size / 4 - 2 * (this.registerCount - place));
  }

  /** The program's registers and stack, if they were sampled. */
  user(): SampledUser | undefined {
    if (!this.layout.regsUser || this.ring === undefined) return undefined;
    const at = this.behindChain() + this.rawWords;
    return this.sampled.read(this.ring.cursor, at) ? this.sampled : undefined;
  }

  /** It was made by a program of 32 bits. */
  get isNarrow(): boolean {
    if (!this.layout.regsUser || this.ring === undefined) return false;
    return this.sampled.isNarrow(this.ring.cursor, this.behindChain() + this.rawWords);
  }

  /** What `restore` makes it again. */
  save(): SavedHit {
    const { pid, tid, cpu, ipLow, ipHigh, timeLow, timeHigh, kernel, spot, repeat, ring } = this;
    return { pid, tid, cpu, ipLow, ipHigh, timeLow, timeHigh, kernel, spot, repeat, ring };
  }

  restore(saved: SavedHit): void {
    this.pid = saved.pid;
    this.tid = saved.tid;
    this.cpu = saved.cpu;
    this.ipLow = saved.ipLow;
    this.ipHigh = saved.ipHigh;
    this.timeLow = saved.timeLow;
    this.timeHigh = saved.timeHigh;
    this.kernel = saved.kernel;
    this.spot = saved.spot;
    this.repeat = saved.repeat;
    this.ring = saved.ring;
  }

  /**
   * Takes in what the program sent: `u32 size; u32 head; u64 old[words]; u64 new[words]`, behind the
   * call chain. Gives the piece that it was sent for.
   */
  readPayload(words: number): number {
    if (this.ring === undefined) return -1;
    const { cursor } = this.ring;
    const raw = this.behindChain();
    this.rawWords = 1 + cursor.word(raw) / 4;
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
    if (this.firstOld !== undefined) return this.firstOld;
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

  /** Where the fields of varying length go on behind the call chain. */
  private behindChain(): number {
    const { callchain, varying } = this.layout;
    if (callchain === undefined || this.ring === undefined) return varying;
    return callchain + 2 + 2 * this.ring.cursor.word(callchain);
  }

  /** Entries of the call chain, the marks of whose frames follow among them. */
  get chainLength(): number {
    const at = this.layout.callchain;
    if (at === undefined || this.ring === undefined) return 0;
    const { cursor } = this.ring;
    return Math.min(cursor.word(at), MAX_CHAIN, (cursor.size / 4 - at) / 2 - 1);
  }

  /** One of them as a double, the kernel's addresses and the marks negative. */
  chainEntry(index: number): number {
    if (this.ring === undefined) return 0;
    const { cursor } = this.ring;
    const at = (this.layout.callchain ?? 0) + 2 + 2 * index;
    return (cursor.word(at + 1) | 0) * HIGH_WORD + cursor.word(at);
  }

  /** The call chain as the kernel walked it, by frame pointers in the program, if it was sampled. */
  chain(): readonly RawFrame[] {
    const frames: RawFrame[] = [];
    let mode: RawFrame["mode"] = "user";
    for (let index = 0; index < this.chainLength; index += 1) {
      const address = BigInt.asUintN(64, BigInt(this.chainEntry(index)));
      if (address < PERF_CONTEXT_MAX && address !== 0n) frames.push({ address, mode });
      else if (address === PERF_CONTEXT_KERNEL) mode = "kernel";
      else if (address === PERF_CONTEXT_USER) mode = "user";
    }
    return frames;
  }
}
