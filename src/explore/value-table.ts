import type { Memory } from "./memory.ts";

const MOST_LOAD = 0.6;

/**
 * Every value that one object of the state has had, each under a number from 0. Objects have few
 * values though states are many, so a state is kept as the numbers of its objects.
 */
export class ValueTable {
  readonly #places: Int32Array;
  readonly #words: Memory["words"];
  #count = 0;
  #contents: Int32Array;
  #slots = new Int32Array(64).fill(-1);

  /** `places` are the words of the object. */
  constructor(memory: Memory, places: readonly number[]) {
    this.#words = memory.words;
    this.#places = Int32Array.from(places);
    this.#contents = new Int32Array(16 * Math.max(1, places.length));
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#contents.byteLength + this.#slots.byteLength;
  }

  /** The number of what the object is now. */
  current(): number {
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash() & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] ?? -1;
      if (number < 0) return this.#add(slot);
      if (this.#isCurrent(number)) return number;
    }
  }

  /** Makes the object what it was when it had this number. */
  restore(number: number, memory: Memory): void {
    const places = this.#places;
    let from = number * places.length;
    for (let index = 0; index < places.length; index++) {
      const at = places[index] ?? 0;
      const value = this.#contents[from++] ?? 0;
      if (this.#words[at] !== value) memory.set(at, value);
    }
  }

  /** The values in the order of their numbers, for a checkpoint. */
  contents(): Int32Array {
    return this.#contents.subarray(0, this.#count * this.#places.length);
  }

  /** Takes these values in their order. The object is the last of them afterwards. */
  fill(contents: Int32Array | undefined, memory: Memory): void {
    const { length } = this.#places;
    if (contents === undefined) return;
    for (let from = 0; from < contents.length; from += length) {
      for (let index = 0; index < length; index++)
        memory.set(this.#places[index] ?? 0, contents[from + index] ?? 0);
      this.current();
    }
  }

  #hash(): number {
    let hash = 0x811c9dc5;
    for (let index = 0; index < this.#places.length; index++) {
      hash = Math.imul(hash ^ (this.#words[this.#places[index] ?? 0] ?? 0), 0x01000193);
      hash ^= hash >>> 15;
    }
    return hash ^ (hash >>> 13);
  }

  #isCurrent(number: number): boolean {
    let from = number * this.#places.length;
    for (let index = 0; index < this.#places.length; index++) {
      if (this.#contents[from++] !== this.#words[this.#places[index] ?? 0]) return false;
    }
    return true;
  }

  #add(slot: number): number {
    const { length } = this.#places;
    const number = this.#count++;
    if (this.#count * length > this.#contents.length) {
      const larger = new Int32Array(this.#contents.length * 2);
      larger.set(this.#contents);
      this.#contents = larger;
    }
    for (let index = 0; index < length; index++)
      this.#contents[number * length + index] = this.#words[this.#places[index] ?? 0] ?? 0;
    this.#slots[slot] = number;
    if (this.#count > this.#slots.length * MOST_LOAD) this.#growSlots();
    return number;
  }

  #growSlots(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2).fill(-1);
    const { length } = this.#places;
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = hashOf(this.#contents, number * length, length) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

/** The same as of the object itself, for a value that is kept. */
function hashOf(contents: Int32Array, from: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < length; index++) {
    hash = Math.imul(hash ^ (contents[from + index] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash ^ (hash >>> 13);
}
