import { PERF_RECORD_SAMPLE, type RingArea, RingCursor, type SampleLayout } from "../abi/index.ts";
import type { ArmedRing } from "./arming.ts";

/** For the tests of this room: a ring in plain memory, and records as the kernel writes them. */
export class FakeRing implements RingArea, ArmedRing {
  readonly words: Uint32Array;
  readonly cursor: RingCursor;
  readonly cpu: number | undefined;
  head = 0;
  tail = 0;

  constructor({ cpu, words = 1 << 14 }: { cpu?: number; words?: number } = {}) {
    this.words = new Uint32Array(words);
    this.cursor = new RingCursor(this);
    this.cpu = cpu;
  }

  loadHead(): number {
    return this.head;
  }

  storeTail(tail: number): void {
    this.tail = tail;
  }

  /** Appends a record of this type; `body` is what follows its header, in 32-bit words. */
  write(type: number, body: readonly number[], misc = 0): void {
    const size = 8 + body.length * 4;
    for (const word of [type, (size << 16) | misc, ...body]) {
      this.words[(this.head / 4) % this.words.length] = word;
      this.head += 4;
    }
  }

  /** Appends a sample: its fields at the layout's places, the registers at its end. */
  writeSample(layout: SampleLayout, sample: FakeSample): void {
    const { registers = [] } = sample;
    const fixed =
      2 *
      [layout.identifier, layout.ip, layout.pid, layout.time, layout.cpu].filter(
        (at) => at !== undefined,
      ).length;
    const body = Array<number>(fixed + (layout.regsIntr ? 2 + 2 * registers.length : 0)).fill(0);
    const set = (at: number | undefined, low: number, high = 0) => {
      if (at !== undefined) body.splice(at - 2, 2, low >>> 0, high >>> 0);
    };
    set(layout.identifier, sample.event ?? 0);
    set(layout.ip, sample.ip ?? 0);
    set(layout.pid, sample.pid ?? sample.tid ?? 0, sample.tid ?? 0);
    set(layout.time, sample.time ?? 0);
    set(layout.cpu, this.cpu ?? 0);
    registers.forEach((value, index) => {
      set(2 + fixed + 2 + 2 * index, value);
    });
    this.write(PERF_RECORD_SAMPLE, body);
  }
}

export interface FakeSample {
  readonly event?: number;
  readonly ip?: number;
  readonly pid?: number;
  readonly tid?: number;
  readonly time?: number;
  readonly registers?: readonly number[];
}
