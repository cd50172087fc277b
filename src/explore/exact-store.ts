import { Column } from "./chunks.ts";
import type { Collapse } from "./collapse.ts";
import { NEW, type Store } from "./store.ts";

const MOST_LOAD = 0.8;
const GROWTH = 1.3;
const RANGE = 2 ** -32;
const NARROW = 0xffff;

/** Keeps every state whole, as the numbers of its objects: two states are one only if they are equal. */
export class ExactStore implements Store {
  readonly omission = 0;
  readonly #collapse: Collapse;
  #count = 0;
  #vectors: Column;
  #isNarrow = true;
  #size = 1 << 10;
  // Each slot holds the number of a state plus one, and its hash, so that others need no look at it.
  #slots = new Int32Array(2 * this.#size);

  constructor(collapse: Collapse) {
    this.#collapse = collapse;
    this.#vectors = new Column(collapse.width, 2);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#vectors.bytes + this.#slots.byteLength + this.#collapse.bytes;
  }

  insert(): number {
    const slots = this.#slots;
    const end = slots.length;
    const { nextHash } = this.#collapse;
    let at = 2 * Math.floor((nextHash >>> 0) * RANGE * this.#size);
    for (;;) {
      const state = (slots[at] ?? 0) - 1;
      if (state < 0) return this.#add(at);
      if (slots[at + 1] === nextHash && this.#isNext(state)) return state;
      at += 2;
      if (at === end) at = 0;
    }
  }

  load(state: number): void {
    this.#collapse.load(this.#vectors.chunk(state), this.#vectors.offset(state));
  }

  /** All states, one after the other, as the numbers of their objects. */
  vectors(): Int32Array {
    return this.#vectors.rows(this.#count);
  }

  /** Puts back what `vectors` gave, into a store that is empty. */
  restore(vectors: Int32Array): void {
    for (let from = 0; from < vectors.length; from += this.#collapse.width) {
      this.#collapse.load(vectors, from);
      this.insert();
    }
  }

  #isNext(state: number): boolean {
    const { next, width } = this.#collapse;
    const chunk = this.#vectors.chunk(state);
    const from = this.#vectors.offset(state);
    for (let object = 0; object < width; object++) {
      if (chunk[from + object] !== next[object]) return false;
    }
    return true;
  }

  #add(at: number): typeof NEW {
    const state = this.#count++;
    const { next, nextHash, width } = this.#collapse;
    if (this.#isNarrow && this.#hasWide()) {
      this.#vectors = this.#vectors.widened();
      this.#isNarrow = false;
    }
    const chunk = this.#vectors.chunk(state);
    const from = this.#vectors.offset(state);
    for (let object = 0; object < width; object++) chunk[from + object] = next[object] ?? 0;
    this.#slots[at] = state + 1;
    this.#slots[at + 1] = nextHash;
    if (this.#count > this.#size * MOST_LOAD) this.#growSlots();
    return NEW;
  }

  #hasWide(): boolean {
    const { next, width } = this.#collapse;
    for (let object = 0; object < width; object++) {
      if ((next[object] ?? 0) > NARROW) return true;
    }
    return false;
  }

  #growSlots(): void {
    const old = this.#slots;
    const size = Math.ceil(this.#size * GROWTH);
    const slots = new Int32Array(2 * size);
    for (let from = 0; from < old.length; from += 2) {
      const hash = old[from + 1] ?? 0;
      if (old[from] === 0) continue;
      let at = 2 * Math.floor((hash >>> 0) * RANGE * size);
      while (slots[at] !== 0) {
        at += 2;
        if (at === slots.length) at = 0;
      }
      slots[at] = old[from] ?? 0;
      slots[at + 1] = hash;
    }
    this.#slots = slots;
    this.#size = size;
  }
}
