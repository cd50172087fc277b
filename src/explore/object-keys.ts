import { type Random, randomWords } from "./random.ts";

const LEAST = 32;

/**
 * Two random words for each number that an object can have: the hash of a state is the exclusive or
 * of those of its objects. The same memory gives the same keys, in whatever order they are asked for.
 */
export class ObjectKeys {
  readonly #randoms: readonly Random[];
  // Low and high word of a key are neighbours.
  readonly #keys: Int32Array[];

  /** The seed is a hash of the first state, which the model's own seed has gone into. */
  constructor(width: number, low: number, high: number) {
    const objects = Array.from({ length: width }, (_, object) => object);
    this.#randoms = objects.map((object) => randomWords([low, high, object, 0x6a09e667]));
    this.#keys = objects.map(() => new Int32Array(0));
  }

  get bytes(): number {
    return this.#keys.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The keys of an object, up to that of this number: the low and the high word of each. */
  upTo(object: number, number: number): Int32Array {
    const keys = this.#keys[object];
    return keys !== undefined && 2 * number < keys.length ? keys : this.#grow(object, number);
  }

  #grow(object: number, number: number): Int32Array {
    const keys = this.#keys[object] ?? new Int32Array(0);
    const larger = new Int32Array(4 * number + LEAST);
    larger.set(keys);
    const random = this.#randoms[object];
    for (let at = keys.length; at < larger.length; at++) larger[at] = random?.() ?? 0;
    this.#keys[object] = larger;
    return larger;
  }
}
