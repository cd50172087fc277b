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
 * numbers stand those of every 16 of them, above these those of every 16, and so on.
 */
export class Pyramid {
  readonly numbers = new GrowingNumbers();
  readonly levels: Level[] = [];

  push(number: number): void {
    this.numbers.push(number);
    let place = this.numbers.length - 1;
    for (let height = 0; place > 0 || height === 0; height += 1) {
      place = Math.floor(place / FAN);
      const level = this.level(height);
      if (place === level.least.length) {
        // A level that begins when the one below has its second stretch takes in the first.
        const below = this.levels[height - 1];
        const first = place === 0 && below !== undefined;
        level.least.push(first ? (below.least.items[0] ?? number) : number);
        level.greatest.push(first ? (below.greatest.items[0] ?? number) : number);
      }
      const { least, greatest } = level;
      least.items[place] = Math.min(least.items[place] ?? number, number);
      greatest.items[place] = Math.max(greatest.items[place] ?? number, number);
    }
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

  private level(height: number): Level {
    const known = this.levels[height];
    if (known !== undefined) return known;
    const level = { least: new GrowingNumbers(), greatest: new GrowingNumbers() };
    this.levels.push(level);
    return level;
  }
}
