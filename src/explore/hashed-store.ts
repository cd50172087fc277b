import type { Batch } from "./batch.ts";
import type { Collapse } from "./collapse.ts";
import { ExactStore } from "./exact-store.ts";
import type { LocalSteps } from "./local-steps.ts";
import { PackedStates } from "./packed-states.ts";
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
  readonly #states: PackedStates;

  constructor(collapse: Collapse, set: HashSet) {
    this.#collapse = collapse;
    this.#set = set;
    this.#states = new PackedStates(collapse.width);
  }

  get count(): number {
    return this.#states.count;
  }

  get bytes(): number {
    return this.#states.bytes + this.#set.bytes + this.#collapse.bytes;
  }

  get omission(): number {
    return this.#set.omission;
  }

  insert(batch: Batch): void {
    this.#set.insert(batch);
    this.#states.follow(batch);
    for (let at = 0; at < batch.count; at++) {
      if (batch.found[at] === NEW) this.#states.append(batch, at);
    }
  }

  load(state: number): void {
    this.#states.drop(state);
    this.#collapse.load(this.#states.vector(state), 0);
  }

  begin(state: number, steps: LocalSteps): void {
    this.#states.drop(state);
    this.#states.begin(state, steps);
  }
}

/** States in a set of their hashes, or exactly. */
export function storeOf(collapse: Collapse, set: HashSet | undefined): Store {
  return set === undefined ? new ExactStore(collapse) : new HashedStore(collapse, set);
}
