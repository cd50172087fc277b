import { BugError } from "../base/index.ts";
import type { Exploration } from "./exploration.ts";
import type { Search } from "./explore.ts";
import type { Model } from "./model.ts";
import { assign } from "./symmetry.ts";

/**
 * A search of a model that learns what it may leave out. When it has left out too much, it begins
 * again with what was learned; a failure that it finds is one in any case.
 */
export class RepeatedSearch implements Search {
  readonly #model: Model;
  /** Told how long the searches before have taken: a bound of the time is one of all together. */
  readonly #start: (secondsBefore: number) => Search;
  readonly #first: Int32Array;
  #search: Search;

  constructor(model: Model, start: (secondsBefore: number) => Search) {
    this.#model = model;
    this.#start = start;
    this.#first = Int32Array.from(model.memory.words);
    model.repeat?.();
    this.#search = start(0);
  }

  advance(states: number): boolean {
    const goesOn = this.#search.advance(states);
    const { counterexample, bounds, seconds } = this.#search.result();
    if (counterexample !== undefined || bounds.length > 0) return goesOn;
    if (this.#model.hasOverlooked?.() !== true) return goesOn;
    assign(this.#model.memory, this.#first);
    this.#model.memory.commit();
    this.#model.repeat?.();
    this.#search = this.#start(seconds);
    return true;
  }

  /** A search that a bound has ended says nothing of what it may have left out. */
  result(): Exploration {
    return this.#search.result();
  }

  /** What each thread would learn, the others would not know. */
  readonly canBeShared = false;

  share(): never {
    throw new BugError("a search that learns cannot be shared");
  }

  save(): Uint8Array<ArrayBuffer> {
    return this.#search.save();
  }
}
