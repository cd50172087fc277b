import { Column } from "./chunks.ts";
import type { Collapse } from "./collapse.ts";
import type { Memory } from "./memory.ts";
import { KNOWN, NEW, type Store } from "./store.ts";

/** A set that remembers states by their hashes. */
export interface HashSet {
  readonly bytes: number;
  readonly omission: number;
  add(low: number, high: number): boolean;
}

/** Keeps states whole only until they are explored; then no more than their hashes. */
export class HashedStore implements Store {
  readonly #memory: Memory;
  readonly #collapse: Collapse;
  readonly #set: HashSet;
  readonly #vectors: Column;
  #count = 0;

  constructor(memory: Memory, collapse: Collapse, set: HashSet) {
    this.#memory = memory;
    this.#collapse = collapse;
    this.#set = set;
    this.#vectors = new Column(collapse.width, 4);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#vectors.bytes + this.#set.bytes + this.#collapse.bytes;
  }

  get omission(): number {
    return this.#set.omission;
  }

  insert(): number {
    if (!this.#set.add(this.#memory.hashLow, this.#memory.hashHigh)) return KNOWN;
    const state = this.#count++;
    const { next, width } = this.#collapse;
    const chunk = this.#vectors.chunk(state);
    const from = this.#vectors.offset(state);
    for (let object = 0; object < width; object++) chunk[from + object] = next[object] ?? 0;
    return NEW;
  }

  load(state: number): void {
    this.#vectors.drop(state);
    this.#collapse.load(this.#vectors.chunk(state), this.#vectors.offset(state));
  }
}
