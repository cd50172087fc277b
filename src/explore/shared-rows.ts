import type { Checkpoint } from "./checkpoint.ts";
import type { Order } from "./crew.ts";
import { Packing } from "./packing.ts";
import {
  CONTROL,
  MOST_LOAD,
  SEGMENT,
  type Segment,
  type Shape,
  STOP,
  segmentBytes,
  segmentOf,
} from "./shared-states.ts";
import type { IndexedMove } from "./trace.ts";

const GROWTH = 1.5;
const RANGE = 2 ** -32;
/** A state has rarely more successors that nobody knew. If it has, the queue is explored again. */
const FRESH_EACH = 3;
const MOST_THREADS_ROWS = 4096;

/** Where the states of a shared search are kept: makes room while nobody explores. */
export class SharedRows {
  readonly #control: Int32Array;
  #shape: Shape;
  #table = new SharedArrayBuffer(8 << 12);
  #segments: SharedArrayBuffer[] = [];
  #views: Segment[] = [];
  #count = 0;
  /** The rows that were settled last, in the order in which one thread would have found them. */
  settled: Int32Array = new Int32Array(0);

  constructor(control: Int32Array, width: number) {
    this.#control = control;
    this.#shape = { width, bits: 8 };
  }

  /** How many states there are. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#table.byteLength + this.#segments.length * segmentBytes(this.#shape);
  }

  get order(): Pick<Order, "shape" | "table" | "segments"> {
    return { shape: this.#shape, table: this.#table, segments: this.#segments };
  }

  /** Takes the states of a search that one thread began. */
  fill(
    { vectors, parents, indexes, choices }: Checkpoint,
    {
      mostNumber,
      hashOf,
    }: { readonly mostNumber: number; readonly hashOf: (at: number) => number },
  ): void {
    const { width } = this.#shape;
    this.#shape = { width, bits: new Packing(width).for(mostNumber).bits };
    const packing = this.#packing;
    const count = parents.length;
    this.#count = count;
    Atomics.store(this.#control, CONTROL.rows, count);
    this.makeRoom(count, 0);
    const slots = new Int32Array(this.#table);
    for (let row = 0; row < count; row++) {
      const view = this.#viewOf(row);
      const at = row & (SEGMENT - 1);
      packing.pack(vectors, row * width, view.rows, at * packing.words);
      view.parents[at] = ~(parents[row] ?? 0);
      view.moves[at] = ((indexes[row] ?? 0) << 8) | (choices[row] ?? 0);
      put(slots, row + 1, hashOf(row) || 1);
    }
  }

  /** Before a queue of so many states is explored; `stop` says why it was not the last time. */
  makeRoom(queue: number, stop: number): void {
    if ((stop & STOP.tooWide) !== 0) this.#widen();
    const used = Atomics.load(this.#control, CONTROL.rows);
    const extra = (stop & STOP.noRoom) !== 0 ? this.#count : 0;
    const wanted = used + FRESH_EACH * queue + MOST_THREADS_ROWS + extra;
    while (this.#segments.length * SEGMENT < wanted) {
      const buffer = new SharedArrayBuffer(segmentBytes(this.#shape));
      this.#segments.push(buffer);
      this.#views.push(segmentOf(buffer, this.#shape));
    }
    const slots = this.#table.byteLength / 8;
    if (wanted > slots * MOST_LOAD) this.#growTable(Math.ceil((wanted / MOST_LOAD) * GROWTH));
  }

  /**
   * Puts the new states in order, and says of each how it was come by. `queue` are the states that
   * were explored. Returns the keys that they had.
   */
  settle(fresh: readonly Int32Array[], queue: Int32Array): Uint32Array {
    const rows = concatenated(fresh);
    const keys = Uint32Array.from(
      rows,
      (row) => this.#viewOf(row).parents[row & (SEGMENT - 1)] ?? 0,
    );
    sortByKey(keys, rows);
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0;
      const key = keys[index] ?? 0;
      const view = this.#viewOf(row);
      const at = row & (SEGMENT - 1);
      view.parents[at] = ~(queue[(key >>> 16) - 1] ?? 0);
      view.moves[at] = key & 0xffff;
    }
    this.#count += rows.length;
    this.settled = rows;
    return keys;
  }

  /** The last of the states that were settled do not count. */
  forget(states: number): void {
    this.#count -= states;
  }

  wayTo(row: number): readonly IndexedMove[] {
    const way: IndexedMove[] = [];
    for (let at = row; at !== 0; ) {
      const { parents, moves } = this.#viewOf(at);
      const move = moves[at & (SEGMENT - 1)] ?? 0;
      way.push({ index: move >>> 8, choice: move & 0xff });
      at = ~(parents[at & (SEGMENT - 1)] ?? ~0);
    }
    return way.reverse();
  }

  /** All states as one thread keeps them: those that are explored, then the queue. */
  inOrder(
    queue: readonly number[],
  ): Pick<Checkpoint, "vectors" | "parents" | "indexes" | "choices"> {
    const { width } = this.#shape;
    const rows = this.#explored(queue);
    rows.push(...queue);
    const placeOf = new Int32Array(Atomics.load(this.#control, CONTROL.rows));
    for (const [place, row] of rows.entries()) placeOf[row] = place;
    const packing = this.#packing;
    const vectors = new Int32Array(rows.length * width);
    const parents = new Int32Array(rows.length);
    const moves = new Int32Array(rows.length);
    for (const [place, row] of rows.entries()) {
      const view = this.#viewOf(row);
      const at = row & (SEGMENT - 1);
      packing.unpack(view.rows, at * packing.words, vectors, place * width);
      parents[place] = placeOf[~(view.parents[at] ?? ~0)] ?? 0;
      moves[place] = view.moves[at] ?? 0;
    }
    return {
      vectors,
      parents,
      indexes: moves.map((move) => move >>> 8),
      choices: moves.map((move) => move & 0xff),
    };
  }

  /** The rows of states that are in no queue; the first state's is the first. */
  #explored(queue: readonly number[]): number[] {
    const isWaiting = new Uint8Array(Atomics.load(this.#control, CONTROL.rows));
    for (const row of queue) isWaiting[row] = 1;
    const slots = new Int32Array(this.#table);
    const rows: number[] = [];
    for (let slot = 0; slot < slots.length; slot += 2) {
      const row = (slots[slot] ?? 0) - 1;
      if (row >= 0 && isWaiting[row] === 0) rows.push(row);
    }
    return rows.sort((one, other) => one - other);
  }

  #viewOf(row: number): Segment {
    const view = this.#views[Math.floor(row / SEGMENT)];
    if (view === undefined) throw new RangeError(`there is no row ${row}`);
    return view;
  }

  get #packing(): Packing {
    return new Packing(this.#shape.width, this.#shape.bits);
  }

  #widen(): void {
    const narrow = this.#packing;
    const { width } = narrow;
    const wide = narrow.for(narrow.most + 1);
    this.#shape = { width, bits: wide.bits };
    const old = this.#views;
    this.#segments = old.map(() => new SharedArrayBuffer(segmentBytes(this.#shape)));
    this.#views = this.#segments.map((buffer) => segmentOf(buffer, this.#shape));
    const vector = new Int32Array(width);
    for (const [at, view] of this.#views.entries()) {
      const from = old[at];
      if (from === undefined) continue;
      view.parents.set(from.parents);
      view.moves.set(from.moves);
      for (let row = 0; row < SEGMENT; row++) {
        narrow.unpack(from.rows, row * narrow.words, vector, 0);
        wide.pack(vector, 0, view.rows, row * wide.words);
      }
    }
  }

  #growTable(size: number): void {
    const old = new Int32Array(this.#table);
    this.#table = new SharedArrayBuffer(8 * size);
    const slots = new Int32Array(this.#table);
    for (let slot = 0; slot < old.length; slot += 2) {
      const row = old[slot] ?? 0;
      if (row !== 0) put(slots, row, old[slot + 1] ?? 0);
    }
  }
}

/** Puts a row into a table that nobody looks at meanwhile. */
function put(slots: Int32Array, row: number, hash: number): void {
  let slot = 2 * Math.floor((hash >>> 0) * RANGE * (slots.length / 2));
  while (slots[slot + 1] !== 0) {
    slot += 2;
    if (slot === slots.length) slot = 0;
  }
  slots[slot] = row;
  slots[slot + 1] = hash;
}

function concatenated(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const DIGIT = 11;

/** Sorts both by the keys, a digit of eleven bits after the other. */
function sortByKey(keys: Uint32Array, rows: Int32Array): void {
  const otherKeys = new Uint32Array(keys.length);
  const otherRows = new Int32Array(rows.length);
  for (let shift = 0; shift < 32; shift += DIGIT) {
    const starts = new Uint32Array((1 << DIGIT) + 1);
    const digitOf = (key: number) => (key >>> shift) & ((1 << DIGIT) - 1);
    for (const key of keys) starts[digitOf(key) + 1] = (starts[digitOf(key) + 1] ?? 0) + 1;
    for (let digit = 1; digit < starts.length; digit++)
      starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0);
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] ?? 0;
      const to = starts[digitOf(key)] ?? 0;
      starts[digitOf(key)] = to + 1;
      otherKeys[to] = key;
      otherRows[to] = rows[at] ?? 0;
    }
    keys.set(otherKeys);
    rows.set(otherRows);
  }
}
