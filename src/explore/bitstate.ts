import type { Batch } from "./batch.ts";
import type { HashSet } from "./hashed-store.ts";
import { KNOWN, NEW } from "./store.ts";

/** How many bits each state sets. */
const BITS = 3;

/**
 * A set in which a state is three bits of a field that does not grow. What does not fit is lost
 * without a trace, so nothing found in it is ever called verified.
 */
export class Bitstate implements HashSet {
  readonly #bits: Int32Array;
  readonly #mask: number;
  #count = 0;

  /** 2 to the power of `logBits` bits; 31 at most. */
  constructor(logBits: number) {
    this.#bits = new Int32Array(2 ** (logBits - 5));
    this.#mask = 2 ** logBits - 1;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bits.byteLength;
  }

  /** The part of the bits that is set, to the third: the chance that a new state seems known. */
  get omission(): number {
    const set = 1 - Math.exp((-BITS * this.#count) / (this.#mask + 1));
    return Math.min(1, this.#count * set ** BITS);
  }

  insert({ count, low, high, found }: Batch): void {
    for (let at = 0; at < count; at++)
      found[at] = this.#add(low[at] ?? 0, high[at] ?? 0) ? NEW : KNOWN;
  }

  #add(low: number, high: number): boolean {
    let isNew = false;
    let hash = low;
    for (let bit = 0; bit < BITS; bit++) {
      const at = (hash ^ (hash >>> 15)) & this.#mask;
      const word = this.#bits[at >>> 5] ?? 0;
      const flag = 1 << (at & 31);
      if ((word & flag) === 0) {
        isNew = true;
        this.#bits[at >>> 5] = word | flag;
      }
      hash = (Math.imul(hash, 0x2c1b3c6d) + high) | 0;
    }
    if (isNew) this.#count++;
    return isNew;
  }
}
