import type { Batch } from "./batch.ts";
import { Packing } from "./packing.ts";
import { Recent } from "./recent.ts";
import { LINE_WORDS, lineOf } from "./slot-lines.ts";

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
  /** Rows below are those of states that were known before this queue was begun. */
  settled: 6,
  size: 8,
} as const;

export const STOP = { noRoom: 1, tooWide: 2 } as const;

export const SEGMENT_BITS = 14;
export const SEGMENT = 1 << SEGMENT_BITS;
const HANDFUL = 16;
/** Above this a look at the table takes too long. */
export const MOST_LOAD = 0.75;
const HARD_LOAD = 0.95;

/** A part of the states: for each a row of numbers, and how it was come by. */
export interface Segment {
  readonly rows: Int32Array;
  /**
   * How the state was come by. While it is new: the place of its parent in the queue << 16 | move, of
   * which the least one holds. Then its parent's row, inverted, so that it is below all of those.
   */
  readonly parents: Int32Array;
  /** Place of the action << 8 | choice. */
  readonly moves: Uint16Array;
}

/** How states are packed. */
export interface Shape {
  readonly width: number;
  readonly bits: Packing["bits"];
}

export function segmentBytes({ width, bits }: Shape): number {
  return SEGMENT * (4 + 2 + 4 * new Packing(width, bits).words);
}

export function segmentOf(buffer: SharedArrayBuffer, { width, bits }: Shape): Segment {
  const { words } = new Packing(width, bits);
  const parents = new Int32Array(buffer, 0, SEGMENT);
  const rows = new Int32Array(buffer, 4 * SEGMENT, SEGMENT * words);
  const moves = new Uint16Array(buffer, 4 * SEGMENT * (1 + words), SEGMENT);
  return { rows, parents, moves };
}

/** The states that several threads have found together: one table for all, without a lock. */
export class SharedStates {
  readonly #control: Int32Array;
  #packing = new Packing(0);
  #slots: Int32Array = new Int32Array(0);
  #lines = 0;
  #segments: readonly Segment[] = [];
  #row = 0;
  #rowsEnd = 0;
  // Rows below are not come by in this queue for the first time.
  #settled = 0;
  // By the hash: the row plus one of a state that this thread has met.
  #recent = new Recent();
  /** The rows of the states that this thread was the first to find. */
  readonly fresh: number[] = [];

  constructor(control: Int32Array) {
    this.#control = control;
  }

  /** Uses this table and these rows from now on. A row that is left over is not new enough. */
  attach(table: Int32Array, segments: readonly Segment[], shape: Shape): void {
    this.#slots = table;
    this.#lines = table.length / LINE_WORDS;
    this.#segments = segments;
    this.#row = 0;
    this.#rowsEnd = 0;
    this.#settled = Atomics.load(this.#control, CONTROL.settled);
    this.#packing = new Packing(shape.width, shape.bits);
  }

  get packing(): Packing {
    return this.#packing;
  }

  segment(row: number): Segment {
    const segment = this.#segments[row >>> SEGMENT_BITS];
    if (segment === undefined) throw new RangeError(`there is no row ${row}`);
    return segment;
  }

  offset(row: number): number {
    return (row & (SEGMENT - 1)) * this.#packing.words;
  }

  /**
   * Adds the states of a batch; `keys` says how each was come by. False if there is no room: then all
   * stop, room is made, and the whole of the queue is done again, which finds what is there already.
   */
  insert(batch: Batch, keys: Int32Array): boolean {
    if (batch.packing.bits > this.#packing.bits) return this.#stop(STOP.tooWide);
    if (Atomics.load(this.#control, CONTROL.rows) > (this.#slots.length / 2) * HARD_LOAD)
      return this.#stop(STOP.noRoom);
    const unknown = this.#glance(batch, keys);
    for (let index = 0; index < unknown; index++) {
      const at = batch.pending[index] ?? 0;
      if (this.#row === this.#rowsEnd && !this.#takeRows()) return this.#stop(STOP.noRoom);
      const row = this.#insertOne(batch, at, keys[at] ?? 0);
      this.#recent.set(batch.low[at] ?? 0, batch.high[at] ?? 0, row + 1);
    }
    return true;
  }

  /** Finds what this thread has met just now, and says which states are to be looked for in the table. */
  #glance(batch: Batch, keys: Int32Array): number {
    const { count, low, high, pending } = batch;
    let unknown = 0;
    for (let at = 0; at < count; at++) {
      const row = this.#recent.find(low[at] ?? 0, high[at] ?? 0) - 1;
      if (row >= 0 && this.#isEqual(row, batch, at)) this.#meet(row, keys[at] ?? 0);
      else pending[unknown++] = at;
    }
    this.#glanceAtTable(batch, unknown);
    return unknown;
  }

  /**
   * Looks at the line of slots of each state, then at the row that it names, if any: no look waits for
   * another one, and what was looked at is in the cache. Others write meanwhile; what is seen too early
   * to be there is looked for again when it is inserted.
   */
  #glanceAtTable({ low, pending, slots: wanted, glances }: Batch, unknown: number): void {
    const slots = this.#slots;
    const lines = this.#lines;
    for (let index = 0; index < unknown; index++) {
      const at = pending[index] ?? 0;
      const slot = LINE_WORDS * lineOf(low[at] || 1, lines);
      wanted[at] = slot;
      glances[at] = slots[slot] ?? 0;
    }
    for (let index = 0; index < unknown; index++) {
      const at = pending[index] ?? 0;
      const hash = low[at] || 1;
      let slot = wanted[at] ?? 0;
      const end = slot + LINE_WORDS;
      for (; slot < end; slot += 2) {
        // Read once: who reads again may see that another thread has just claimed the slot.
        const its = slots[slot + 1];
        if (its === hash || its === 0) break;
      }
      wanted[at] = slot === slots.length ? 0 : slot;
      const row = (slots[slot] ?? 0) - 1;
      if (row >= 0) glances[at] = this.segment(row).rows[this.offset(row)] ?? 0;
    }
  }

  /** The row of a state. A slot is claimed by its hash; the row's number comes when the row is written. */
  #insertOne(batch: Batch, at: number, key: number): number {
    const slots = this.#slots;
    const end = slots.length;
    const hash = batch.low[at] || 1;
    let slot = batch.slots[at] ?? 0;
    for (;;) {
      // A slot that is taken stays so: only one that looks empty has to be asked for with care.
      let its = slots[slot + 1] ?? 0;
      if (its === 0) {
        its = Atomics.compareExchange(slots, slot + 1, 0, hash);
        if (its === 0) break;
      }
      if (its === hash) {
        const row = this.#rowIn(slot);
        if (this.#isEqual(row, batch, at)) {
          this.#meet(row, key);
          return row;
        }
      }
      slot += 2;
      if (slot === end) slot = 0;
    }
    const row = this.#row++;
    this.#write(row, batch, at);
    this.segment(row).parents[row & (SEGMENT - 1)] = key;
    this.fresh.push(row);
    Atomics.store(slots, slot, row + 1);
    return row;
  }

  /** A state that is new in this queue was come by another way, too. */
  #meet(row: number, key: number): void {
    if (row < this.#settled) return;
    lower(this.segment(row).parents, row & (SEGMENT - 1), key);
  }

  /** Who has claimed the slot is about to say which row it is. */
  #rowIn(slot: number): number {
    let row = (this.#slots[slot] ?? 0) - 1;
    while (row < 0) row = Atomics.load(this.#slots, slot) - 1;
    return row;
  }

  #isEqual(row: number, batch: Batch, at: number): boolean {
    const own = this.segment(row).rows;
    const offset = this.offset(row);
    const { words } = this.#packing;
    for (let word = 0; word < words; word++) {
      if (own[offset + word] !== batch.rows[at * words + word]) return false;
    }
    return true;
  }

  #write(row: number, batch: Batch, at: number): void {
    const own = this.segment(row).rows;
    const offset = this.offset(row);
    const { words } = this.#packing;
    for (let word = 0; word < words; word++)
      own[offset + word] = batch.rows[at * words + word] ?? 0;
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

/** Puts a key where a greater one stands. */
function lower(keys: Int32Array, at: number, key: number): void {
  let old = keys[at] ?? 0;
  while (old > key) {
    const seen = Atomics.compareExchange(keys, at, old, key);
    if (seen === old) return;
    old = seen;
  }
}
