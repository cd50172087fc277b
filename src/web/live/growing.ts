const FIRST_SIZE = 64;

/** Whole numbers in a list that grows at its end. */
export class GrowingList {
  length = 0;
  /** May be longer than `length`. */
  items = new Uint32Array(FIRST_SIZE);

  push(item: number): void {
    if (this.length === this.items.length) {
      const items = new Uint32Array(2 * this.length);
      items.set(this.items);
      this.items = items;
    }
    this.items[this.length] = item;
    this.length += 1;
  }
}

/** Doubles in a list that grows at its end. */
export class GrowingNumbers {
  length = 0;
  /** May be longer than `length`. */
  items = new Float64Array(FIRST_SIZE);

  push(item: number): void {
    if (this.length === this.items.length) {
      const items = new Float64Array(2 * this.length);
      items.set(this.items);
      this.items = items;
    }
    this.items[this.length] = item;
    this.length += 1;
  }

  /**
   * How many of them are less than `limit`; they are in order. At least `from` are: who asks for one
   * moment after the other finds the next near the last.
   */
  before(limit: number, from = 0): number {
    let low = from;
    let high = from + 1;
    while (high < this.length && (this.items[high] ?? 0) < limit) {
      low = high + 1;
      high = from + 2 * (high - from);
    }
    high = Math.min(high, this.length);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.items[middle] ?? 0) < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
