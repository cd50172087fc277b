import type { Memory } from "./memory.ts";

const MOST_LOAD = 0.6;

/**
 * Every value that one object of the state has had. Objects have few values though states are many,
 * so a state is kept as the numbers of its objects' values. Values that an object has only within a
 * step are known as well, but get no number: they are in no state.
 */
export class ValueTable {
  readonly #places: Int32Array;
  readonly #words: Memory["words"];
  #count = 0;
  #values = 0;
  // The words of each value, and where it stands in the order of numbers, plus one.
  #contents: Int32Array;
  #numbers = new Int32Array(16);
  #valueOf = new Int32Array(16);
  #slots = new Int32Array(64).fill(-1);
  readonly #scratch: Int32Array;

  /** `places` are the words of the object. */
  constructor(memory: Memory, places: readonly number[]) {
    this.#words = memory.words;
    this.#places = Int32Array.from(places);
    this.#contents = new Int32Array(16 * Math.max(1, places.length));
    this.#scratch = new Int32Array(places.length);
  }

  /** How many values have a number. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    const { byteLength } = this.#contents;
    return byteLength + this.#slots.byteLength + this.#numbers.byteLength * 2;
  }

  /** What the object is now. */
  current(): number {
    const places = this.#places;
    for (let index = 0; index < places.length; index++)
      this.#scratch[index] = this.#words[places[index] ?? 0] ?? 0;
    return this.#find();
  }

  /** The value that differs from this one in one word. */
  changed(value: number, index: number, word: number): number {
    this.#scratch.set(this.wordsOf(value));
    this.#scratch[index] = word;
    return this.#find();
  }

  /** How many words the object has. */
  get length(): number {
    return this.#places.length;
  }

  /** The number of a value, or -1 if it has none yet. */
  numberOf(value: number): number {
    return (this.#numbers[value] ?? 0) - 1;
  }

  /** Gives a value the next number. */
  name(value: number): number {
    const number = this.#count++;
    this.#valueOf[number] = value;
    this.#numbers[value] = number + 1;
    return number;
  }

  /** Gives the value that is these words the next number, if it has none. */
  define(words: Int32Array): void {
    this.#scratch.set(words);
    const value = this.#find();
    if (this.numberOf(value) < 0) this.name(value);
  }

  wordsOf(value: number): Int32Array {
    const { length } = this.#places;
    return this.#contents.subarray(value * length, (value + 1) * length);
  }

  valueOf(number: number): number {
    return this.#valueOf[number] ?? 0;
  }

  /** Makes the object what it was when it had this value. */
  restore(value: number, memory: Memory): void {
    const places = this.#places;
    const contents = this.#contents;
    let from = value * places.length;
    for (let index = 0; index < places.length; index++) {
      const at = places[index] ?? 0;
      const word = contents[from++] ?? 0;
      if (this.#words[at] !== word) memory.set(at, word);
    }
  }

  /** The values in the order of their numbers, for a checkpoint. */
  contents(): Int32Array {
    const { length } = this.#places;
    const all = new Int32Array(this.#count * length);
    for (let number = 0; number < this.#count; number++) {
      const from = this.valueOf(number) * length;
      all.set(this.#contents.subarray(from, from + length), number * length);
    }
    return all;
  }

  /** Takes these values in their order; returns the largest number. */
  fill(contents: Int32Array = new Int32Array(0)): number {
    const { length } = this.#places;
    for (let from = 0; from < contents.length; from += length) {
      this.define(contents.subarray(from, from + length));
    }
    return this.#count - 1;
  }

  #find(): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(this.#scratch, 0, this.#scratch.length) & mask; ; ) {
      const value = this.#slots[slot] ?? -1;
      if (value < 0) return this.#add(slot);
      if (this.#isScratch(value)) return value;
      slot = (slot + 1) & mask;
    }
  }

  #isScratch(value: number): boolean {
    const scratch = this.#scratch;
    let from = value * scratch.length;
    for (let index = 0; index < scratch.length; index++) {
      if (this.#contents[from++] !== scratch[index]) return false;
    }
    return true;
  }

  #add(slot: number): number {
    const { length } = this.#scratch;
    const value = this.#values++;
    if (this.#values * length > this.#contents.length) this.#contents = doubled(this.#contents);
    if (value >= this.#numbers.length) {
      this.#numbers = doubled(this.#numbers);
      this.#valueOf = doubled(this.#valueOf);
    }
    this.#contents.set(this.#scratch, value * length);
    this.#slots[slot] = value;
    if (this.#values > this.#slots.length * MOST_LOAD) this.#growSlots();
    return value;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const { length } = this.#scratch;
    const mask = slots.length - 1;
    for (let value = 0; value < this.#values; value++) {
      let slot = hashOf(this.#contents, value * length, length) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = value;
    }
    this.#slots = slots;
  }
}

function doubled(words: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(words.length * 2);
  larger.set(words);
  return larger;
}

function hashOf(contents: Int32Array, from: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < length; index++) {
    hash = Math.imul(hash ^ (contents[from + index] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash ^ (hash >>> 13);
}
