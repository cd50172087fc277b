import type { Checkpoint } from "./checkpoint.ts";
import type { Order } from "./crew.ts";
import { Packing } from "./packing.ts";
import {
  CONTROL,
  MOST_LOAD,
  SEGMENT,
  SEGMENT_BITS,
  type Segment,
  type Shape,
  STOP,
  segmentBytes,
  segmentOf,
} from "./shared-states.ts";
import { LINE_WORDS, lineOf, refill } from "./slot-lines.ts";
import type { IndexedMove } from "./trace.ts";

const GROWTH = 1.5;
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
  settle(fresh: readonly Int32Array[], queue: Int32Array): Int32Array {
    const found = concatenated(fresh);
    const keys = new Int32Array(found.length);
    for (let index = 0; index < found.length; index++) {
      const row = found[index] ?? 0;
      keys[index] = this.#viewOf(row).parents[row & (SEGMENT - 1)] ?? 0;
    }
    const rows = sortedByKey(found, keys, queue.length + 1);
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
  inOrder(queue: Int32Array): Pick<Checkpoint, "vectors" | "parents" | "indexes" | "choices"> {
    const { width } = this.#shape;
    const rows = this.#explored(queue);
    for (const row of queue) rows.push(row);
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
  #explored(queue: Int32Array): number[] {
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
    const view = this.#views[row >>> SEGMENT_BITS];
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
    const old = this.#table;
    this.#table = new SharedArrayBuffer(4 * LINE_WORDS * Math.ceil((2 * size) / LINE_WORDS));
    refill(new Int32Array(old), new Int32Array(this.#table));
  }
}

/** Puts a row into a table that nobody looks at meanwhile. */
function put(slots: Int32Array, row: number, hash: number): void {
  let slot = LINE_WORDS * lineOf(hash, slots.length / LINE_WORDS);
  while (slots[slot + 1] !== 0) {
    slot += 2;
    if (slot === slots.length) slot = 0;
  }
  slots[slot] = row;
  slots[slot + 1] = hash;
}

export function lengthOf(parts: readonly Int32Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

export function concatenated(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * The rows by their keys, which are put in order, too. They are dealt out by the place in the queue,
 * of which each has but a few, and those are put in order where they are.
 */
function sortedByKey(rows: Int32Array, keys: Int32Array, places: number): Int32Array {
  const starts = new Int32Array(places + 1);
  for (let at = 0; at < keys.length; at++) {
    const place = ((keys[at] ?? 0) >>> 16) + 1;
    starts[place] = (starts[place] ?? 0) + 1;
  }
  for (let place = 1; place < starts.length; place++)
    starts[place] = (starts[place] ?? 0) + (starts[place - 1] ?? 0);
  const filled = starts.slice();
  const sortedKeys = new Int32Array(keys.length);
  const sorted = new Int32Array(rows.length);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? 0;
    const place = key >>> 16;
    const first = starts[place] ?? 0;
    let to = filled[place] ?? 0;
    filled[place] = to + 1;
    for (; to > first && (sortedKeys[to - 1] ?? 0) > key; to--) {
      sortedKeys[to] = sortedKeys[to - 1] ?? 0;
      sorted[to] = sorted[to - 1] ?? 0;
    }
    sortedKeys[to] = key;
    sorted[to] = rows[at] ?? 0;
  }
  keys.set(sortedKeys);
  return sorted;
}
