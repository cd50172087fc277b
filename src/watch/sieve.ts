import { decide } from "./condition/interpret.ts";
import { numberIn, type ValueType } from "./condition/value-type.ts";
import type { Conditions } from "./conditions.ts";
import { HEAD } from "./program/frame.ts";
import type { RawHit } from "./raw-hit.ts";

/** Hits that were left out because it was asked for, each by the first reason that held. */
export interface LeftOut {
  /** By functions named with `unlessFrom`. */
  readonly expected: bigint;
  /** The condition did not hold. */
  readonly condition: bigint;
  /** The value stayed what it was. */
  readonly unchanged: bigint;
  /** Beyond `maxRate`. */
  readonly rate: bigint;
  /** The first ones, by `ignore`. */
  readonly ignored: bigint;
  /** Between those that `every` keeps. */
  readonly every: bigint;
}

export interface SieveParts {
  readonly conditions: Conditions;
  readonly changes: boolean;
  readonly ignore: number;
  readonly every: number;
  /** Hits in a second; undefined where the kernel sees to it, or nobody asked. */
  readonly maxRate: number | undefined;
  readonly commOf: (hit: RawHit) => string;
}

const NS_PER_SECOND = 1_000_000_000;

/** Of a bit field its own bits; the rest of its bytes is another's. */
function same(a: bigint, b: bigint, type: ValueType | undefined): boolean {
  return type === undefined ? a === b : numberIn(a, type) === numberIn(b, type);
}

/**
 * Decides which hits are wanted, for those about which the kernel has not decided, and counts those
 * that are not. Takes them in the order of time, so `ignore` and `every` are exact.
 */
export class Sieve {
  /** Kept although a condition could not be decided: what it asks for is not known of them. */
  undecided = 0;
  private expected = 0;
  private condition = 0;
  private unchanged = 0;
  private rate = 0;
  private matches = 0;
  private ignored = 0;
  private between = 0;
  private windowStart = Number.NEGATIVE_INFINITY;
  private inWindow = 0;
  private readonly parts: SieveParts;

  constructor(parts: SieveParts) {
    this.parts = parts;
  }

  /** True when the hit is wanted, or it cannot be known whether it is. */
  keeps(hit: RawHit): boolean {
    if ((hit.head & HEAD.judged) === 0 && !this.matchesAll(hit)) return false;
    if (!this.withinRate(hit)) return false;
    const { ignore, every } = this.parts;
    this.matches += 1;
    if (this.matches <= ignore) {
      this.ignored += 1;
      return false;
    }
    if ((this.matches - ignore - 1) % every === 0) return true;
    this.between += 1;
    return false;
  }

  /** What was left out here. */
  leftOut(): LeftOut {
    return {
      expected: BigInt(this.expected),
      condition: BigInt(this.condition),
      unchanged: BigInt(this.unchanged),
      rate: BigInt(this.rate),
      ignored: BigInt(this.ignored),
      every: BigInt(this.between),
    };
  }

  private matchesAll(hit: RawHit): boolean {
    const { conditions, changes } = this.parts;
    const expected = conditions.expected[hit.spot];
    const condition = conditions.condition[hit.spot];
    const inputs = {
      value: hit.newValue,
      old: hit.oldValue,
      tid: hit.tid,
      pid: hit.pid,
      cpu: hit.cpu,
      ip: hit.ip,
      kernel: hit.kernel,
      comm: this.parts.commOf(hit),
      type: conditions.types[hit.spot],
    };
    if (expected !== undefined && decide(expected, inputs) === true) {
      this.expected += 1;
      return false;
    }
    const holds = condition === undefined ? true : decide(condition, inputs);
    if (holds === false) {
      this.condition += 1;
      return false;
    }
    const { value, old } = inputs;
    const known = value !== undefined && old !== undefined;
    if (changes && known && same(value, old, inputs.type)) {
      this.unchanged += 1;
      return false;
    }
    if (holds === undefined || (changes && !known)) this.undecided += 1;
    return true;
  }

  /** By windows of a second, the first of which begins with the first hit. */
  private withinRate(hit: RawHit): boolean {
    const { maxRate } = this.parts;
    if (maxRate === undefined) return true;
    const time = hit.timeHigh * 2 ** 32 + hit.timeLow;
    if (time - this.windowStart >= NS_PER_SECOND) {
      this.windowStart = time;
      this.inWindow = 0;
    }
    this.inWindow += 1;
    if (this.inWindow <= maxRate) return true;
    this.rate += 1;
    return false;
  }
}
