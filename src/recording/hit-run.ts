import type { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { FrameDamage } from "./recording-error.ts";

/**
 * One hit as it is written: who, where and by which code are numbers of the tables of threads, sites
 * and stacks. Times come in halves, as the rings have them.
 */
export interface HitToRecord {
  readonly timeHigh: number;
  readonly timeLow: number;
  readonly cpu: number;
  readonly repeat: number;
  /** The watched bytes behind the access before and behind this one, where they are known. */
  readonly oldValue: bigint | undefined;
  readonly newValue: bigint | undefined;
  readonly valueFrom: "kernel" | "rebuilt" | undefined;
}

export interface HitNumbers {
  readonly spot: number;
  readonly thread: number;
  readonly site: number;
  /** 0 where none was taken. */
  readonly stack: number;
}

/** A hit by its places in the reader's tables, valid until the next one is read. */
export interface PackedHit {
  /** The time of the first hit of its run, in ns, and how much later this one was. */
  base: bigint;
  offset: number;
  thread: number;
  cpu: number;
  site: number;
  /** -1 where none was taken. */
  stack: number;
  repeat: number;
  oldValue: bigint | undefined;
  newValue: bigint | undefined;
  rebuilt: boolean;
}

/**
 * The byte that a hit begins with. Behind it, each only if its bit is not set: thread, processor,
 * site, stack; then the time since the hit before; the number of traps; the new value less the one
 * before in its spot; the old value.
 */
const SAME_THREAD = 1;
const SAME_CPU = 2;
const SAME_SITE = 4;
const SAME_STACK = 8;
/** Two bits: which values follow. */
const VALUES = 0x30;
const NEW_VALUE = 0x10;
const BOTH_VALUES = 0x20;
/** The old value is the new one of the hit before in this spot. */
const OLD_AS_BEFORE = 0x30;
const REPEATED = 0x40;
const REBUILT = 0x80;

const HIGH_WORD = 2 ** 32;
/** 26 days, in high words: differences up to that are exact, and twice as much can be packed. */
const LONGEST_RUN = 2 ** 19;

/** Packs hits that follow each other. Each run stands for itself: nothing before it need be known. */
export class HitRunWriter {
  count = 0;
  readonly bytes = new ByteWriter();
  private firstHigh = 0;
  private high = 0;
  private low = 0;
  private thread = -1;
  private cpu = 0;
  private site = -1;
  private stack = 0;
  private readonly values: (bigint | undefined)[] = [];

  clear(): void {
    this.count = 0;
    this.bytes.clear();
    this.values.length = 0;
    this.thread = -1;
    this.cpu = 0;
    this.site = -1;
    this.stack = 0;
  }

  /** Whether its time can be told from that of the run's first. */
  fits({ timeHigh }: HitToRecord): boolean {
    return this.count === 0 || Math.abs(timeHigh - this.firstHigh) < LONGEST_RUN;
  }

  add(hit: HitToRecord, { spot, thread, site, stack }: HitNumbers): void {
    const { bytes } = this;
    if (this.count === 0) {
      this.high = hit.timeHigh;
      this.low = hit.timeLow;
      this.firstHigh = hit.timeHigh;
      bytes.big((BigInt(hit.timeHigh) << 32n) | BigInt(hit.timeLow));
    }
    const before = this.values[spot];
    const values = valuesOf(hit, before);
    bytes.byte(
      (thread === this.thread ? SAME_THREAD : 0) |
        (hit.cpu === this.cpu ? SAME_CPU : 0) |
        (site === this.site ? SAME_SITE : 0) |
        (stack === this.stack ? SAME_STACK : 0) |
        values |
        (hit.repeat > 1 ? REPEATED : 0) |
        (hit.valueFrom === "rebuilt" ? REBUILT : 0),
    );
    if (thread !== this.thread) bytes.varint(thread);
    if (hit.cpu !== this.cpu) bytes.signed(hit.cpu);
    if (site !== this.site) bytes.varint(site);
    if (stack !== this.stack) bytes.varint(stack);
    bytes.signed((hit.timeHigh - this.high) * HIGH_WORD + (hit.timeLow - this.low));
    if (hit.repeat > 1) bytes.varint(hit.repeat);
    if (values !== 0) this.addValues(hit, spot, values);
    this.high = hit.timeHigh;
    this.low = hit.timeLow;
    this.thread = thread;
    this.cpu = hit.cpu;
    this.site = site;
    this.stack = stack;
    this.count += 1;
  }

  private addValues({ newValue = 0n, oldValue = 0n }: HitToRecord, spot: number, which: number) {
    const delta = newValue - (this.values[spot] ?? 0n);
    const small = Number(delta);
    if (Number.isSafeInteger(2 * small)) this.bytes.signed(small);
    else this.bytes.signedBig(delta);
    if (which === BOTH_VALUES) this.bytes.big(oldValue);
    this.values[spot] = newValue;
  }
}

function valuesOf({ newValue, oldValue }: HitToRecord, before: bigint | undefined): number {
  if (newValue === undefined) return 0;
  if (oldValue === undefined) return NEW_VALUE;
  return oldValue === before ? OLD_AS_BEFORE : BOTH_VALUES;
}

/** What the numbers in a run mean to the one who reads it. */
export interface HitPlaces {
  placeOfThread(number: number): number;
  placeOfSite(number: number): number;
  placeOfStack(number: number): number;
  /** The spot of a site, by its place: values are kept by spot. */
  spotAt(place: number): number;
}

/** Reads a run of hits and tells of each. */
export function readHitRun(
  from: ByteReader,
  places: HitPlaces,
  tell: (hit: PackedHit) => void,
): void {
  const count = from.varint();
  if (count > from.left) throw new FrameDamage("a run of hits is longer than its frame");
  const hit: PackedHit = {
    ...{ base: from.big(), offset: 0, thread: -1, cpu: 0, site: -1, stack: -1, repeat: 1 },
    ...{ oldValue: undefined, newValue: undefined, rebuilt: false },
  };
  let spot = 0;
  const values: (bigint | undefined)[] = [];
  for (let left = count; left > 0; left -= 1) {
    const head = from.byte();
    if ((head & SAME_THREAD) === 0) hit.thread = places.placeOfThread(from.varint());
    if ((head & SAME_CPU) === 0) hit.cpu = from.signed();
    if ((head & SAME_SITE) === 0) {
      hit.site = places.placeOfSite(from.varint());
      spot = places.spotAt(hit.site);
    }
    if ((head & SAME_STACK) === 0) hit.stack = places.placeOfStack(from.varint());
    if (hit.thread < 0 || hit.site < 0) throw new FrameDamage("a hit has no thread or no code");
    hit.offset += from.signed();
    hit.repeat = (head & REPEATED) === 0 ? 1 : from.varint();
    hit.rebuilt = (head & REBUILT) !== 0;
    readValues(from, hit, { which: head & VALUES, values, spot });
    tell(hit);
  }
}

function readValues(
  from: ByteReader,
  hit: PackedHit,
  of: { readonly which: number; readonly values: (bigint | undefined)[]; readonly spot: number },
): void {
  const { which, values, spot } = of;
  hit.oldValue = undefined;
  hit.newValue = undefined;
  if (which === 0) return;
  const before = values[spot];
  hit.newValue = (before ?? 0n) + from.signedBig();
  if (hit.newValue < 0n) throw new FrameDamage("a value is below 0");
  if (which === BOTH_VALUES) hit.oldValue = from.big();
  if (which === OLD_AS_BEFORE) hit.oldValue = before;
  values[spot] = hit.newValue;
}

/** In ns of CLOCK_MONOTONIC. */
export function timeOf({ base, offset }: PackedHit): bigint {
  return base + BigInt(offset);
}
