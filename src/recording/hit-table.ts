import type { PackedHit } from "./hit-run.ts";

const FIRST_SIZE = 64;

/** What is known of the values of a hit: bits of `HitTable.flags`. */
export const HIT_FLAG = {
  newValue: 1,
  oldValue: 2,
  /** The values were found out from the instruction, not read in the trap. */
  rebuilt: 4,
  /** A value has more than 64 bits: its lower ones are in the column, all of it in `wide`. */
  wide: 8,
} as const;

/** A value that does not fit its column. */
export interface WideValues {
  readonly oldValue: bigint | undefined;
  readonly newValue: bigint | undefined;
}

/** All hits of a recording in columns, in the order of time. Columns may be longer than `length`. */
export class HitTable {
  length = 0;
  /** ns since `since`, exact up to 104 days. */
  times = new Float64Array(FIRST_SIZE);
  /** Places in the recording's lists. */
  threads = new Uint32Array(FIRST_SIZE);
  sites = new Uint32Array(FIRST_SIZE);
  /** -1 for none. */
  stacks = new Int32Array(FIRST_SIZE);
  cpus = new Int16Array(FIRST_SIZE);
  repeats = new Uint32Array(FIRST_SIZE);
  flags = new Uint8Array(FIRST_SIZE);
  oldValues = new BigUint64Array(FIRST_SIZE);
  newValues = new BigUint64Array(FIRST_SIZE);
  readonly wide = new Map<number, WideValues>();
  /** ns of CLOCK_MONOTONIC. */
  readonly since: bigint;
  /** The last run's base, and the same since `since`. */
  private base = 0n;
  private baseSince = 0;

  constructor(since: bigint) {
    this.since = since;
    this.baseSince = -Number(since);
  }

  add(hit: PackedHit): void {
    const at = this.length;
    if (at === this.times.length) this.grow();
    if (hit.base !== this.base) {
      this.base = hit.base;
      this.baseSince = Number(hit.base - this.since);
    }
    this.times[at] = this.baseSince + hit.offset;
    this.threads[at] = hit.thread;
    this.sites[at] = hit.site;
    this.stacks[at] = hit.stack;
    this.cpus[at] = hit.cpu;
    this.repeats[at] = hit.repeat;
    const { newValue, oldValue } = hit;
    if (newValue !== undefined) this.addValues(at, newValue, oldValue);
    if (hit.rebuilt) this.flags[at] = (this.flags[at] ?? 0) | HIT_FLAG.rebuilt;
    this.length += 1;
  }

  newValue(at: number): bigint | undefined {
    const flags = this.flags[at] ?? 0;
    if ((flags & HIT_FLAG.newValue) === 0) return undefined;
    return (flags & HIT_FLAG.wide) === 0 ? this.newValues[at] : this.wide.get(at)?.newValue;
  }

  oldValue(at: number): bigint | undefined {
    const flags = this.flags[at] ?? 0;
    if ((flags & HIT_FLAG.oldValue) === 0) return undefined;
    return (flags & HIT_FLAG.wide) === 0 ? this.oldValues[at] : this.wide.get(at)?.oldValue;
  }

  time(at: number): bigint {
    return this.since + BigInt(this.times[at] ?? 0);
  }

  private addValues(at: number, newValue: bigint, oldValue: bigint | undefined): void {
    this.newValues[at] = newValue;
    this.oldValues[at] = oldValue ?? 0n;
    const isWide = newValue >> 64n !== 0n || (oldValue ?? 0n) >> 64n !== 0n;
    if (isWide) this.wide.set(at, { newValue, oldValue });
    this.flags[at] =
      HIT_FLAG.newValue |
      (oldValue === undefined ? 0 : HIT_FLAG.oldValue) |
      (isWide ? HIT_FLAG.wide : 0);
  }

  private grow(): void {
    const size = 2 * this.times.length;
    this.times = grown(this.times, new Float64Array(size));
    this.threads = grown(this.threads, new Uint32Array(size));
    this.sites = grown(this.sites, new Uint32Array(size));
    this.stacks = grown(this.stacks, new Int32Array(size));
    this.cpus = grown(this.cpus, new Int16Array(size));
    this.repeats = grown(this.repeats, new Uint32Array(size));
    this.flags = grown(this.flags, new Uint8Array(size));
    const [oldValues, newValues] = [this.oldValues, this.newValues];
    this.oldValues = new BigUint64Array(size);
    this.oldValues.set(oldValues);
    this.newValues = new BigUint64Array(size);
    this.newValues.set(newValues);
  }
}

function grown<T extends { set(from: ArrayLike<number>): void } & ArrayLike<number>>(
  from: T,
  to: T,
): T {
  to.set(from);
  return to;
}
