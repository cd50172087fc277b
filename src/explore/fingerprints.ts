import type { Batch } from "./batch.ts";
import type { HashSet } from "./hashed-store.ts";
import { Recent } from "./recent.ts";
import { KNOWN, NEW } from "./store.ts";

const MOST_LOAD = 0.87;
const GROWTH = 1.25;
const RANGE = 2 ** -32;
/** Slots in a line of the cache, in which a state is looked for first, and found nearly always. */
const LINE = 8;

/**
 * A set of 64-bit fingerprints. A fingerprint's first slot rises with it, so the table grows by a
 * fifth in one sequential pass, and is never emptier than two thirds. Both words of a slot are
 * neighbours, so that a look at it is one line of the cache.
 */
export class Fingerprints implements HashSet {
  // In lines.
  #size: number;
  #words: Int32Array;
  #count = 0;
  readonly #recent = new Recent();

  constructor(expected = 1 << 10) {
    this.#size = Math.ceil(expected / MOST_LOAD / LINE) + 2;
    this.#words = new Int32Array(2 * LINE * this.#size);
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

  insert(batch: Batch): void {
    while (this.#count + batch.count > this.#size * LINE * MOST_LOAD) this.#grow();
    const pending = this.#glance(batch);
    for (let index = 0; index < pending; index++) {
      const at = batch.pending[index] ?? 0;
      const isNew = this.#add(batch.low[at] ?? 0, batch.high[at] ?? 0, batch.slots[at] ?? 0);
      batch.found[at] = isNew ? NEW : KNOWN;
    }
  }

  /** Looks at the slot of each state that was not met just now, so that all come into the cache at once. */
  #glance({ count, low, high, found, pending, slots: wanted, glances }: Batch): number {
    const words = this.#words;
    const scale = RANGE * this.#size;
    let unknown = 0;
    for (let at = 0; at < count; at++) {
      found[at] = KNOWN;
      if (this.#recent.find(low[at] ?? 0, high[at] ?? 0) !== 0) continue;
      this.#recent.set(low[at] ?? 0, high[at] ?? 0, 1);
      pending[unknown++] = at;
    }
    for (let index = 0; index < unknown; index++) {
      const at = pending[index] ?? 0;
      const slot = 2 * LINE * Math.floor(((high[at] ?? 0) >>> 0) * scale);
      wanted[at] = slot;
      glances[at] = words[slot] ?? 0;
    }
    return unknown;
  }

  /** False if it was there. */
  #add(low: number, high: number, first: number): boolean {
    const words = this.#words;
    // 0, 0 stands for an empty slot.
    const word = (low | high) === 0 ? 1 : low;
    const end = words.length;
    let at = first;
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
    this.#count++;
    return true;
  }

  #grow(): void {
    const old = this.#words;
    const size = Math.ceil(this.#size * GROWTH);
    const words = new Int32Array(2 * LINE * size);
    const scale = RANGE * size;
    const taken = new Uint8Array(size);
    for (let from = 0; from < old.length; from += 2) {
      const low = old[from] ?? 0;
      const high = old[from + 1] ?? 0;
      if ((low | high) === 0) continue;
      let line = Math.floor((high >>> 0) * scale);
      while (taken[line] === LINE) line = line + 1 === size ? 0 : line + 1;
      const at = 2 * (LINE * line + (taken[line] ?? 0));
      taken[line] = (taken[line] ?? 0) + 1;
      words[at] = low;
      words[at + 1] = high;
    }
    this.#words = words;
    this.#size = size;
  }
}
