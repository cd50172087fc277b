import type { Batch } from "./batch.ts";
import { Column } from "./chunks.ts";
import type { Collapse } from "./collapse.ts";
import { NEW, type Store } from "./store.ts";

/** A set that remembers states by their hashes. */
export interface HashSet {
  readonly count: number;
  readonly bytes: number;
  readonly omission: number;
  /** Adds the states of a batch, and says of each in `found` whether it is NEW or KNOWN. */
  insert(batch: Batch): void;
}

/** Keeps states whole only until they are explored; then no more than their hashes. */
export class HashedStore implements Store {
  readonly #collapse: Collapse;
  readonly #set: HashSet;
  readonly #vectors: Column;
  #count = 0;

  constructor(collapse: Collapse, set: HashSet) {
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

  insert(batch: Batch): void {
    this.#set.insert(batch);
    const { vectors, width } = batch;
    for (let at = 0; at < batch.count; at++) {
      if (batch.found[at] !== NEW) continue;
      const state = this.#count++;
      const chunk = this.#vectors.chunk(state);
      const offset = this.#vectors.offset(state);
      for (let object = 0; object < width; object++)
        chunk[offset + object] = vectors[at * width + object] ?? 0;
    }
  }

  load(state: number): void {
    this.#vectors.drop(state);
    this.#collapse.load(this.#vectors.chunk(state), this.#vectors.offset(state));
  }
}
