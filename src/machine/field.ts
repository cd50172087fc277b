import { LIFE } from "./life.ts";
import type { KernelRecord } from "./record.ts";
import { State } from "./state.ts";

const NOWHERE = new State([], 0);

/**
 * One member of every object of a kind, as `event->state` is one of every event. To read or write
 * it is to follow the id: NULL, TOMBSTONE and the id of a freed object are violations.
 */
export class Field {
  readonly record: KernelRecord;
  readonly name: string;
  readonly offset: number;
  #state = NOWHERE;
  #words = NOWHERE.words;
  #base = 0;
  #stride = 0;
  #first = 0;
  #count = 0;

  constructor(record: KernelRecord, name: string, offset: number) {
    this.record = record;
    this.name = name;
    this.offset = offset;
  }

  bind(state: State): void {
    this.#state = state;
    this.#words = state.words;
    this.#base = this.record.base;
    this.#stride = this.record.stride;
    this.#first = this.record.first;
    this.#count = this.record.count;
  }

  get(id: number, index = 0): number {
    return this.#state.get(this.at(id) + index);
  }

  /** Where the object is, for who reads many of its fields in one step: each is `of()` that place. */
  follow(id: number): number {
    return this.at(id) - this.offset;
  }

  /** The field of an object that was followed in this step already. */
  of(object: number, index = 0): number {
    return this.#state.get(object + this.offset + index);
  }

  /** The value as the machine itself looks at it, which is no touch of a step. */
  peek(id: number): number {
    return this.#words[this.at(id)] ?? 0;
  }

  /** Whether the object lives and has this value; no touch of a step, unless the step follows it up. */
  holds(id: number, value: number): boolean {
    const start = this.#base + id * this.#stride;
    return this.#words[start] === LIFE.live && this.#words[start + this.offset] === value;
  }

  set(id: number, value: number, index = 0): void {
    this.#state.set(this.at(id) + index, value);
  }

  /** Adds to the field and returns the new value. */
  add(id: number, by: number, index = 0): number {
    const at = this.at(id) + index;
    const value = this.#state.get(at) + by;
    this.#state.set(at, value);
    return value;
  }

  /** The word where the field of object `id` stands. */
  at(id: number): number {
    const start = this.#base + id * this.#stride;
    const index = id - this.#first;
    if (index < 0 || index >= this.#count || this.#words[start] !== LIFE.live)
      this.record.check(id, this.name);
    return start + this.offset;
  }
}
