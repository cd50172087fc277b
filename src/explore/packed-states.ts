import type { Batch } from "./batch.ts";
import { Column } from "./chunks.ts";
import type { LocalSteps } from "./local-steps.ts";
import { Packing } from "./packing.ts";

/** States as the numbers of their objects, packed, in the order in which they were added. */
export class PackedStates {
  #packing: Packing;
  #rows: Column;
  #count = 0;
  #firstKept = 0;
  readonly #vector: Int32Array;

  constructor(width: number) {
    this.#packing = new Packing(width);
    this.#rows = new Column(this.#packing.words);
    this.#vector = new Int32Array(width);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  /** Packs states as they are packed in the batch from now on. */
  follow({ packing }: Batch): void {
    if (packing.bits !== this.#packing.bits) this.#widen(packing);
  }

  /** Whether the state is the one at this place of the batch. */
  isEqual(state: number, { rows }: Batch, at: number): boolean {
    const { words } = this.#packing;
    const chunk = this.#rows.chunk(state);
    const offset = this.#rows.offset(state);
    const from = at * words;
    for (let word = 0; word < words; word++) {
      if (chunk[offset + word] !== rows[from + word]) return false;
    }
    return true;
  }

  /** Adds the state at this place of the batch. */
  append({ rows }: Batch, at: number): void {
    const { words } = this.#packing;
    const state = this.#count++;
    const chunk = this.#rows.chunk(state);
    const offset = this.#rows.offset(state);
    const from = at * words;
    for (let word = 0; word < words; word++) chunk[offset + word] = rows[from + word] ?? 0;
  }

  /** The first word of a state, so that it comes into the cache. */
  glance(state: number): number {
    return this.#rows.get(state);
  }

  /** The state as numbers, until another one is asked for. */
  vector(state: number): Int32Array {
    this.#packing.unpack(this.#rows.chunk(state), this.#rows.offset(state), this.#vector, 0);
    return this.#vector;
  }

  /** Lets steps go on from a state. */
  begin(state: number, steps: LocalSteps): void {
    steps.beginPacked(this.#rows.chunk(state), this.#rows.offset(state), this.#packing);
  }

  /** Frees the states before this one, as far as they fill chunks. */
  drop(state: number): void {
    this.#rows.drop(state);
    this.#firstKept = state;
  }

  /** All states, one after the other. */
  vectors(): Int32Array {
    const { width } = this.#packing;
    const all = new Int32Array(this.#count * width);
    for (let state = 0; state < this.#count; state++) all.set(this.vector(state), state * width);
    return all;
  }

  #widen(packing: Packing): void {
    const rows = new Column(packing.words);
    for (let state = this.#firstKept; state < this.#count; state++)
      packing.pack(this.vector(state), 0, rows.chunk(state), rows.offset(state));
    this.#packing = packing;
    this.#rows = rows;
  }
}
