/** Hits between two marks: what is not known from the marks is counted one by one. */
const BLOCK = 16;
const FIRST_BLOCKS = 64;

/**
 * How many of each kind there are in any stretch of a list, without walking through it: at every 16th
 * place stands how many there were of each kind before it.
 */
export class RunningTotals {
  length = 0;
  private readonly kinds: number;
  private items = new Uint8Array(FIRST_BLOCKS * BLOCK);
  /** For each block, `kinds` totals. */
  private marks: Uint32Array;
  private readonly now: Uint32Array;

  /** Of kinds from 0 up to, but not including, `kinds`. */
  constructor(kinds: number) {
    this.kinds = kinds;
    this.marks = new Uint32Array(FIRST_BLOCKS * kinds);
    this.now = new Uint32Array(kinds);
  }

  push(kind: number): void {
    const { length, kinds } = this;
    if (length === this.items.length) this.grow();
    if (length % BLOCK === 0) this.marks.set(this.now, (length / BLOCK) * kinds);
    this.items[length] = kind;
    this.now[kind] = (this.now[kind] ?? 0) + 1;
    this.length += 1;
  }

  /** Writes into `counts` how many there are of each kind from place `from` up to place `to`. */
  count(from: number, to: number, counts: Uint32Array): void {
    counts.fill(0);
    this.addUpTo(to, counts, 1);
    this.addUpTo(from, counts, -1);
  }

  private addUpTo(to: number, counts: Uint32Array, sign: 1 | -1): void {
    const { kinds, marks, items } = this;
    const whole = Math.floor(to / BLOCK);
    const isMarked = whole * BLOCK < this.length;
    for (let kind = 0; kind < kinds; kind += 1) {
      const before = isMarked ? marks[whole * kinds + kind] : this.now[kind];
      counts[kind] = (counts[kind] ?? 0) + sign * (before ?? 0);
    }
    if (!isMarked) return;
    for (let at = whole * BLOCK; at < to; at += 1) {
      const kind = items[at] ?? 0;
      counts[kind] = (counts[kind] ?? 0) + sign;
    }
  }

  private grow(): void {
    const items = new Uint8Array(2 * this.items.length);
    items.set(this.items);
    this.items = items;
    const marks = new Uint32Array(2 * this.marks.length);
    marks.set(this.marks);
    this.marks = marks;
  }
}
