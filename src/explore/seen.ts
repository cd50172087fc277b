import { Batch } from "./batch.ts";
import { Collapse } from "./collapse.ts";
import { ExactStore } from "./exact-store.ts";
import type { HashSet } from "./hashed-store.ts";
import type { Memory } from "./memory.ts";

/** So many states are looked up at once. */
export const BATCH = 32;

/** The states that a search has seen which keeps no queue of them. */
export interface Seen {
  readonly count: number;
  readonly bytes: number;
  readonly omission: number;
  readonly batch: Batch;
  /** Adds the states of the batch. */
  insert(): void;
  /** Steps go on from the state of this number, which the memory holds. */
  enter(state: number): void;
}

/** States as their hashes, which follow each write: there is nothing to keep in step. */
export class SeenHashes implements Seen {
  readonly batch: Batch;
  readonly #set: HashSet;

  constructor(memory: Memory, set: HashSet) {
    this.batch = new Batch(memory, undefined, BATCH);
    this.#set = set;
  }

  get count(): number {
    return this.#set.count;
  }

  get bytes(): number {
    return this.#set.bytes;
  }

  get omission(): number {
    return this.#set.omission;
  }

  insert(): void {
    this.#set.insert(this.batch);
  }

  enter(): void {
    // The memory says it all.
  }
}

/** States whole, as the numbers of their objects. */
export class SeenWhole implements Seen {
  readonly omission = 0;
  readonly batch: Batch;
  readonly #store: ExactStore;

  constructor(memory: Memory) {
    const collapse = new Collapse(memory);
    this.batch = new Batch(memory, collapse, BATCH);
    this.#store = new ExactStore(collapse);
  }

  get count(): number {
    return this.#store.count;
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  insert(): void {
    this.#store.insert(this.batch);
  }

  enter(state: number): void {
    this.#store.rebase(state);
  }
}
