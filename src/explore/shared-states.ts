import type { Batch } from "./batch.ts";

/** Words that all who explore together look at, by their places. */
export const CONTROL = {
  /** The next state of the queue that nobody has taken. */
  next: 0,
  /** Rows that were given out, in handfuls. */
  rows: 1,
  /** Why all stop before the end of the queue: bits of STOP. */
  stop: 2,
  /** The first state of the queue from which a step fails, plus one. */
  failed: 3,
  /** Held while somebody gives a number to a value, and the end of what was given. */
  lock: 4,
  tail: 5,
  size: 8,
} as const;

export const STOP = { noRoom: 1, tooWide: 2 } as const;

const SEGMENT_BITS = 14;
export const SEGMENT = 1 << SEGMENT_BITS;
const HANDFUL = 32;
const NARROW = 0xffff;
/** Above this a look at the table takes too long. */
export const MOST_LOAD = 0.75;
const HARD_LOAD = 0.95;
const RANGE = 2 ** -32;

/** A part of the states: for each a row of numbers, and how it was come by. */
export interface Segment {
  readonly vectors: Uint16Array | Int32Array;
  readonly parents: Int32Array;
  /** Place of the action << 8 | choice. */
  readonly moves: Uint16Array;
  /** While a state is new: the place of its parent in the queue, and its move. The least one holds. */
  readonly keys: Int32Array;
}

export interface Shape {
  readonly width: number;
  readonly bytes: 2 | 4;
}

export function segmentBytes({ width, bytes }: Shape): number {
  return SEGMENT * (4 + 4 + 2 + width * bytes);
}

export function segmentOf(buffer: SharedArrayBuffer, { width, bytes }: Shape): Segment {
  const parents = new Int32Array(buffer, 0, SEGMENT);
  const keys = new Int32Array(buffer, 4 * SEGMENT, SEGMENT);
  const rest = 8 * SEGMENT;
  const vectors =
    bytes === 2
      ? new Uint16Array(buffer, rest, SEGMENT * width)
      : new Int32Array(buffer, rest, SEGMENT * width);
  const moves = new Uint16Array(buffer, rest + SEGMENT * width * bytes, SEGMENT);
  return { vectors, parents, moves, keys };
}

/** The states that several threads have found together: one table for all, without a lock. */
export class SharedStates {
  readonly #control: Int32Array;
  #shape: Shape = { width: 0, bytes: 2 };
  #slots: Int32Array = new Int32Array(0);
  #size = 0;
  #segments: readonly Segment[] = [];
  #row = 0;
  #rowsEnd = 0;
  /** The rows of the states that this thread was the first to find. */
  readonly fresh: number[] = [];

  constructor(control: Int32Array) {
    this.#control = control;
  }

  /** Uses this table and these rows from now on. */
  attach(table: Int32Array, segments: readonly Segment[], shape: Shape): void {
    this.#slots = table;
    this.#size = table.length / 2;
    this.#segments = segments;
    this.#shape = shape;
  }

  segment(row: number): Segment {
    const segment = this.#segments[row >>> SEGMENT_BITS];
    if (segment === undefined) throw new RangeError(`there is no row ${row}`);
    return segment;
  }

  offset(row: number): number {
    return (row & (SEGMENT - 1)) * this.#shape.width;
  }

  /**
   * Adds the states of a batch; `keys` says how each was come by. False if there is no room: then all
   * stop, room is made, and the whole of the queue is done again, which finds what is there already.
   */
  insert(batch: Batch, keys: Int32Array, mostNumber: number): boolean {
    if (this.#shape.bytes === 2 && mostNumber > NARROW) return this.#stop(STOP.tooWide);
    if (Atomics.load(this.#control, CONTROL.rows) > this.#size * HARD_LOAD)
      return this.#stop(STOP.noRoom);
    this.#glance(batch);
    for (let at = 0; at < batch.count; at++) {
      if (this.#row === this.#rowsEnd && !this.#takeRows()) return this.#stop(STOP.noRoom);
      this.#insertOne(batch, at, keys[at] ?? 0);
    }
    return true;
  }

  /** Looks where each state is looked for first, so that all these places come into the cache at once. */
  #glance({ count, low, slots: wanted, glances }: Batch): void {
    const slots = this.#slots;
    const scale = RANGE * this.#size;
    for (let at = 0; at < count; at++) {
      const slot = 2 * Math.floor(((low[at] ?? 0) >>> 0) * scale);
      wanted[at] = slot;
      glances[at] = slots[slot + 1] === low[at] ? (slots[slot] ?? 0) : 0;
    }
    for (let at = 0; at < count; at++) {
      const row = (glances[at] ?? 0) - 1;
      if (row >= 0) glances[at] = this.segment(row).vectors[this.offset(row)] ?? 0;
    }
  }

  /** A slot is claimed by its hash; the number of the row comes when the row is written. */
  #insertOne(batch: Batch, at: number, key: number): void {
    const slots = this.#slots;
    const hash = batch.low[at] || 1;
    let slot = batch.slots[at] ?? 0;
    for (;;) {
      let its = Atomics.load(slots, slot + 1);
      if (its === 0) {
        its = Atomics.compareExchange(slots, slot + 1, 0, hash);
        if (its === 0) break;
      }
      if (its === hash) {
        const row = this.#rowIn(slot);
        if (this.#isEqual(row, batch, at)) {
          lower(this.segment(row).keys, row & (SEGMENT - 1), key);
          return;
        }
      }
      slot += 2;
      if (slot === slots.length) slot = 0;
    }
    const row = this.#row++;
    this.#write(row, batch, at);
    this.segment(row).keys[row & (SEGMENT - 1)] = key;
    this.fresh.push(row);
    Atomics.store(slots, slot, row + 1);
  }

  /** Who has claimed the slot is about to say which row it is. */
  #rowIn(slot: number): number {
    for (;;) {
      const row = Atomics.load(this.#slots, slot) - 1;
      if (row >= 0) return row;
    }
  }

  #isEqual(row: number, { vectors, width }: Batch, at: number): boolean {
    const own = this.segment(row).vectors;
    const offset = this.offset(row);
    for (let object = 0; object < width; object++) {
      if (own[offset + object] !== vectors[at * width + object]) return false;
    }
    return true;
  }

  #write(row: number, { vectors, width }: Batch, at: number): void {
    const own = this.segment(row).vectors;
    const offset = this.offset(row);
    for (let object = 0; object < width; object++)
      own[offset + object] = vectors[at * width + object] ?? 0;
  }

  #takeRows(): boolean {
    const row = Atomics.add(this.#control, CONTROL.rows, HANDFUL);
    if (row + HANDFUL > this.#segments.length * SEGMENT) {
      Atomics.sub(this.#control, CONTROL.rows, HANDFUL);
      return false;
    }
    this.#row = row;
    this.#rowsEnd = row + HANDFUL;
    return true;
  }

  #stop(why: number): false {
    Atomics.or(this.#control, CONTROL.stop, why);
    return false;
  }
}

/** Puts a key where a greater one stands. Keys have no sign; those of states that are not new are 0. */
function lower(keys: Int32Array, at: number, key: number): void {
  let old = Atomics.load(keys, at);
  while (old >>> 0 > key >>> 0) {
    const seen = Atomics.compareExchange(keys, at, old, key);
    if (seen === old) return;
    old = seen;
  }
}
