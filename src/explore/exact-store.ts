import { Column } from "./chunks.ts";
import type { Collapse } from "./collapse.ts";
import { NEW, type Store } from "./store.ts";

const MOST_LOAD = 0.75;
const NARROW = 0xffff;

/** Keeps every state whole, as the numbers of its objects: two states are one only if they are equal. */
export class ExactStore implements Store {
  readonly omission = 0;
  readonly #collapse: Collapse;
  #count = 0;
  #vectors: Column;
  #isNarrow = true;
  // Each slot holds the number of a state plus one.
  #slots = new Int32Array(1 << 12);

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
    const mask = slots.length - 1;
    const { nextHash } = this.#collapse;
    for (let slot = nextHash & mask; ; slot = (slot + 1) & mask) {
      const state = (slots[slot] ?? 0) - 1;
      if (state < 0) return this.#add(slot);
      if (this.#isNext(state)) return state;
    }
  }

  load(state: number): void {
    this.#collapse.load(this.#vectors.chunk(state), this.#vectors.offset(state));
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

  #add(slot: number): typeof NEW {
    const state = this.#count++;
    const { next, width } = this.#collapse;
    if (this.#isNarrow && this.#hasWide()) {
      this.#vectors = this.#vectors.widened();
      this.#isNarrow = false;
    }
    const chunk = this.#vectors.chunk(state);
    const from = this.#vectors.offset(state);
    for (let object = 0; object < width; object++) chunk[from + object] = next[object] ?? 0;
    this.#slots[slot] = state + 1;
    if (this.#count > this.#slots.length * MOST_LOAD) this.#growSlots();
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
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let state = 0; state < this.#count; state++) {
      const chunk = this.#vectors.chunk(state);
      let slot = this.#collapse.hashOf(chunk, this.#vectors.offset(state)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = state + 1;
    }
    this.#slots = slots;
  }
}
