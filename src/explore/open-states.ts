import type { Batch } from "./batch.ts";
import type { LocalSteps } from "./local-steps.ts";
import type { Packing } from "./packing.ts";
import type { IndexedMove } from "./trace.ts";
import { indexedMove } from "./ways.ts";

/** Of a row: what stands behind the words of the state; whether it was taken, and twice its depth. */
const TAIL = { from: 0, move: 1, status: 2, size: 3 } as const;
const TAKEN = 1;
const GROWTH = 1.3;

/**
 * States that are yet to be explored, on a stack with those that they were found from: whoever is on
 * top was found last, and a state leaves the stack when all that came of it has.
 */
export class OpenStates {
  /** The rows that `take` took. */
  readonly taken: number[] = [];
  #packing: Packing;
  #rows = new Int32Array(1 << 12);
  #count = 0;

  constructor(packing: Packing) {
    this.#packing = packing;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#rows.byteLength;
  }

  /** Takes up to so many states from the top, next to one another; returns how many there are. */
  take(most: number): number {
    const size = this.#size;
    const status = this.#packing.words + TAIL.status;
    const rows = this.#rows;
    let count = this.#count;
    while (count > 0 && isTaken(rows[(count - 1) * size + status])) count--;
    this.#count = count;
    let taken = 0;
    for (let row = count - 1; row >= 0 && taken < most; row--) {
      const at = row * size + status;
      if (isTaken(rows[at])) break;
      rows[at] = (rows[at] ?? 0) | TAKEN;
      this.taken[taken++] = row;
    }
    return taken;
  }

  /** Adds a state of the batch; `from` is the row that it was found from, or -1. */
  push(batch: Batch, at: number, { from, move }: { from: number; move: number }): void {
    if (batch.packing !== this.#packing) this.#repack(batch.packing);
    const { words } = this.#packing;
    const size = this.#size;
    const start = this.#count * size;
    if (start + size > this.#rows.length) {
      const larger = new Int32Array(Math.ceil(GROWTH * this.#rows.length) + size);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    const rows = this.#rows;
    for (let word = 0; word < words; word++)
      rows[start + word] = batch.rows[at * words + word] ?? 0;
    const tail = start + words;
    rows[tail + TAIL.from] = from;
    rows[tail + TAIL.move] = move;
    rows[tail + TAIL.status] = 2 * this.depthAfter(from);
    this.#count++;
  }

  /** How deep a state is that was found from this row. */
  depthAfter(row: number): number {
    if (row < 0) return 0;
    const status = this.#rows[row * this.#size + this.#packing.words + TAIL.status] ?? 0;
    return 1 + (status >>> 1);
  }

  /** Lets steps go on from a state. */
  begin(row: number, steps: LocalSteps): void {
    steps.beginPacked(this.#rows, row * this.#size, this.#packing);
  }

  wayTo(row: number): IndexedMove[] {
    const moves: IndexedMove[] = [];
    for (let at = row; ; ) {
      const tail = at * this.#size + this.#packing.words;
      const from = this.#rows[tail + TAIL.from] ?? -1;
      if (from < 0) return moves.reverse();
      moves.push(indexedMove(this.#rows[tail + TAIL.move] ?? 0));
      at = from;
    }
  }

  get #size(): number {
    return this.#packing.words + TAIL.size;
  }

  #repack(packing: Packing): void {
    const old = this.#packing;
    const size = packing.words + TAIL.size;
    const rows = new Int32Array(Math.max(1 << 12, this.#count * size));
    const vector = new Int32Array(old.width);
    for (let row = 0; row < this.#count; row++) {
      const start = row * this.#size;
      old.unpack(this.#rows, start, vector, 0);
      packing.pack(vector, 0, rows, row * size);
      const tail = this.#rows.subarray(start + old.words, start + this.#size);
      rows.set(tail, row * size + packing.words);
    }
    this.#packing = packing;
    this.#rows = rows;
  }
}

function isTaken(status = 0): boolean {
  return (status & TAKEN) !== 0;
}
