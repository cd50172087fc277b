const MOST_LOAD = 0.8;
const GROWTH = 1.3;
const RANGE = 2 ** -32;

/**
 * A set of 64-bit fingerprints. A fingerprint's first slot rises with it, so the table grows by less
 * than half in one sequential pass, and is never emptier than 0.6.
 */
export class Fingerprints {
  #size: number;
  #low: Int32Array;
  #high: Int32Array;
  #count = 0;

  constructor(expected = 1 << 10) {
    this.#size = Math.ceil(expected / MOST_LOAD) + 16;
    this.#low = new Int32Array(this.#size);
    this.#high = new Int32Array(this.#size);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#low.byteLength + this.#high.byteLength;
  }

  /** The chance that two of the states had one fingerprint, and one of them was not explored. */
  get omission(): number {
    return (this.#count * this.#count) / 2 ** 65;
  }

  /** False if it was there. */
  add(low: number, high: number): boolean {
    // 0, 0 stands for an empty slot.
    const word = low === 0 && high === 0 ? 1 : low;
    let slot = Math.floor((high >>> 0) * RANGE * this.#size);
    for (;;) {
      const itsLow = this.#low[slot] ?? 0;
      const itsHigh = this.#high[slot] ?? 0;
      if (itsLow === word && itsHigh === high) return false;
      if (itsLow === 0 && itsHigh === 0) break;
      if (++slot === this.#size) slot = 0;
    }
    this.#low[slot] = word;
    this.#high[slot] = high;
    if (++this.#count > this.#size * MOST_LOAD) this.#grow();
    return true;
  }

  #grow(): void {
    const low = this.#low;
    const high = this.#high;
    const size = Math.ceil(this.#size * GROWTH);
    this.#low = new Int32Array(size);
    this.#high = new Int32Array(size);
    this.#size = size;
    for (let from = 0; from < low.length; from++) {
      const itsLow = low[from] ?? 0;
      const itsHigh = high[from] ?? 0;
      if (itsLow === 0 && itsHigh === 0) continue;
      let slot = Math.floor((itsHigh >>> 0) * RANGE * size);
      while (this.#low[slot] !== 0 || this.#high[slot] !== 0) {
        if (++slot === size) slot = 0;
      }
      this.#low[slot] = itsLow;
      this.#high[slot] = itsHigh;
    }
  }
}
