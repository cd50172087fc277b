import type { HashSet } from "./hashed-store.ts";

const MOST_LOAD = 0.8;
const GROWTH = 1.3;
const RANGE = 2 ** -32;

/**
 * A set of 64-bit fingerprints. A fingerprint's first slot rises with it, so the table grows by less
 * than half in one sequential pass, and is never emptier than 0.6. Both words of a slot are
 * neighbours, so that a look at it is one line of the cache.
 */
export class Fingerprints implements HashSet {
  #size: number;
  #words: Int32Array;
  #count = 0;
  #most: number;

  constructor(expected = 1 << 10) {
    this.#size = Math.ceil(expected / MOST_LOAD) + 16;
    this.#words = new Int32Array(2 * this.#size);
    this.#most = Math.floor(this.#size * MOST_LOAD);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  /** The chance that two of the states had one fingerprint, and one of them was not explored. */
  get omission(): number {
    return (this.#count * this.#count) / 2 ** 65;
  }

  /** False if it was there. */
  add(low: number, high: number): boolean {
    const words = this.#words;
    // 0, 0 stands for an empty slot.
    const word = (low | high) === 0 ? 1 : low;
    const end = 2 * this.#size;
    let at = 2 * Math.floor((high >>> 0) * RANGE * this.#size);
    for (;;) {
      const itsLow = words[at] ?? 0;
      const itsHigh = words[at + 1] ?? 0;
      if (itsLow === word && itsHigh === high) return false;
      if ((itsLow | itsHigh) === 0) break;
      at += 2;
      if (at === end) at = 0;
    }
    words[at] = word;
    words[at + 1] = high;
    if (++this.#count > this.#most) this.#grow();
    return true;
  }

  #grow(): void {
    const old = this.#words;
    const size = Math.ceil(this.#size * GROWTH);
    const words = new Int32Array(2 * size);
    for (let from = 0; from < old.length; from += 2) {
      const low = old[from] ?? 0;
      const high = old[from + 1] ?? 0;
      if ((low | high) === 0) continue;
      let at = 2 * Math.floor((high >>> 0) * RANGE * size);
      while (((words[at] ?? 0) | (words[at + 1] ?? 0)) !== 0) {
        at += 2;
        if (at === words.length) at = 0;
      }
      words[at] = low;
      words[at + 1] = high;
    }
    this.#words = words;
    this.#size = size;
    this.#most = Math.floor(size * MOST_LOAD);
  }
}
