import { GrowingNumbers } from "./growing.ts";

/** So many of one level are one of the level above. */
const FAN = 16;

/** The least and the greatest of some numbers. */
export interface Extent {
  readonly least: number;
  readonly greatest: number;
}

interface Level {
  readonly least: GrowingNumbers;
  readonly greatest: GrowingNumbers;
}

/**
 * The least and the greatest number in any stretch of a list, without walking through it: above the
 * numbers stand those of every whole 16 of them, above these those of every whole 16, and so on.
 */
export class Pyramid {
  readonly numbers = new GrowingNumbers();
  readonly levels: Level[] = [];

  push(number: number): void {
    const { numbers } = this;
    numbers.push(number);
    if (numbers.length % FAN === 0) this.close(0, numbers, numbers);
  }

  /** The level below has 16 more: they are one of this level. */
  private close(height: number, lower: GrowingNumbers, upper: GrowingNumbers): void {
    this.levels[height] ??= { least: new GrowingNumbers(), greatest: new GrowingNumbers() };
    const { least, greatest } = this.levels[height];
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = lower.length - FAN; at < lower.length; at += 1) {
      low = Math.min(low, lower.items[at] ?? low);
      high = Math.max(high, upper.items[at] ?? high);
    }
    least.push(low);
    greatest.push(high);
    if (least.length % FAN === 0) this.close(height + 1, least, greatest);
  }

  /** Of the numbers from place `from` up to place `to`; undefined of none. */
  extent(from: number, to: number): Extent | undefined {
    if (from >= to) return undefined;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    let [low, high] = [from, to];
    let lower = this.numbers.items;
    let upper = lower;
    for (let height = 0; low < high; height += 1) {
      // At both ends what is no whole stretch of the level above; the middle is left to that.
      const inner = Math.min(high, Math.ceil(low / FAN) * FAN);
      const outer = Math.max(inner, Math.floor(high / FAN) * FAN);
      for (let at = low; at < inner; at += 1) {
        least = Math.min(least, lower[at] ?? least);
        greatest = Math.max(greatest, upper[at] ?? greatest);
      }
      for (let at = outer; at < high; at += 1) {
        least = Math.min(least, lower[at] ?? least);
        greatest = Math.max(greatest, upper[at] ?? greatest);
      }
      const above = this.levels[height];
      if (above === undefined || inner >= outer) break;
      [low, high] = [inner / FAN, outer / FAN];
      lower = above.least.items;
      upper = above.greatest.items;
    }
    return { least, greatest };
  }
}
