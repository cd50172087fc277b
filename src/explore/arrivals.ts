import { BugError } from "../base/index.ts";
import type { Batch } from "./batch.ts";
import type { Collapse } from "./collapse.ts";
import type { LocalSteps } from "./local-steps.ts";
import type { Mark } from "./memory.ts";
import { NEW, type Store } from "./store.ts";
import { Ways } from "./ways.ts";

/** States that steps have led to, on their way into the store, and how they were come by. */
export class Arrivals {
  readonly ways = new Ways();
  readonly #batch: Batch;
  readonly #store: Store;
  readonly #from: Int32Array;
  readonly #moves: Int32Array;

  constructor(batch: Batch, store: Store) {
    this.#batch = batch;
    this.#store = store;
    this.#from = new Int32Array(batch.size);
    this.#moves = new Int32Array(batch.size);
  }

  get isFull(): boolean {
    return this.#batch.count === this.#batch.size;
  }

  /** Says how the state was come by that is added to the batch next. */
  announce(from: number, index: number, choice: number): void {
    if (choice > 0xff) throw new BugError("a question has over 256 answers");
    const at = this.#batch.count;
    this.#from[at] = from;
    this.#moves[at] = (index << 8) | choice;
  }

  /** Puts the state in the memory, written since the mark, into the store, without a way to it. */
  keep(mark: Mark, collapse: Collapse, steps: LocalSteps | undefined): void {
    const batch = this.#batch;
    batch.add(mark);
    if (steps !== undefined) {
      steps.begin(collapse.next, 0);
      batch.count = 0;
      batch.addBase(steps);
    }
    this.#store.insert(batch);
    batch.count = 0;
  }

  /**
   * Looks up all states of the batch, in the order in which they were arrived at. Whether one of them
   * is yet to be explored; `head` is the first that is.
   */
  lookUp(head: number): boolean {
    const batch = this.#batch;
    let state = this.#store.count;
    this.#store.insert(batch);
    let hasFresh = false;
    for (let at = 0; at < batch.count; at++) {
      const known = batch.found[at] ?? NEW;
      if (known === NEW || known >= head) hasFresh = true;
      if (known !== NEW) continue;
      this.ways.set(state++, this.#from[at] ?? 0, this.#moves[at] ?? 0);
    }
    batch.count = 0;
    return hasFresh;
  }
}
