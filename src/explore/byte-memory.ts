import { assert } from "../base/index.ts";
import type { Footprint, Mark, Memory } from "./memory.ts";
import { type Random, randomWords, type Seed } from "./random.ts";

const VALUES = 256;

/**
 * A state of bytes. The hash is the exclusive or of one random word for each (place, value), of which
 * a write exchanges one: two words of them make a fingerprint of 64 bits. Zero adds nothing.
 */
export class ByteMemory implements Memory, Footprint {
  readonly words: Uint8Array;
  readonly objectOf: Uint16Array;
  hashLow = 0;
  hashHigh = 0;
  readLow = 0;
  readHigh = 0;
  writtenLow = 0;
  writtenHigh = 0;
  readonly #keyLow: Int32Array;
  readonly #keyHigh: Int32Array;
  // A written byte takes one word of the log: its place and, in the lowest byte, what was there.
  #log = new Int32Array(1 << 12);
  #logTop = 0;

  constructor(objectOf: readonly number[], seed: Seed) {
    this.words = new Uint8Array(objectOf.length);
    this.objectOf = Uint16Array.from(objectOf);
    const random = randomWords(seed);
    this.#keyLow = keys(objectOf.length, random);
    this.#keyHigh = keys(objectOf.length, random);
  }

  get footprint(): Footprint {
    return this;
  }

  clearFootprint(): void {
    this.readLow = 0;
    this.readHigh = 0;
    this.writtenLow = 0;
    this.writtenHigh = 0;
  }

  noteRead(low: number, high: number): void {
    this.readLow |= low;
    this.readHigh |= high;
  }

  noteWrite(low: number, high: number): void {
    this.writtenLow |= low;
    this.writtenHigh |= high;
  }

  set(at: number, value: number): void {
    const old = this.words[at] ?? 0;
    if (old === value) return;
    if (this.#logTop === this.#log.length) this.#growLog();
    this.#log[this.#logTop++] = (at << 8) | old;
    this.#exchange(at, old, value);
  }

  mark(): Mark {
    return this.#logTop;
  }

  undo(mark: Mark): void {
    assert(mark <= this.#logTop, `undo to mark ${mark}: the log ends at ${this.#logTop}`);
    while (this.#logTop > mark) {
      const entry = this.#log[--this.#logTop] ?? 0;
      const at = entry >>> 8;
      this.#exchange(at, this.words[at] ?? 0, entry & 0xff);
    }
  }

  commit(): void {
    this.#logTop = 0;
  }

  noteWritten(mark: Mark, into: { add(object: number): void }): void {
    for (let entry = mark; entry < this.#logTop; entry++)
      into.add(this.objectOf[(this.#log[entry] ?? 0) >>> 8] ?? 0);
  }

  #exchange(at: number, old: number, value: number): void {
    const from = at * VALUES + old;
    const to = at * VALUES + value;
    this.hashLow ^= (this.#keyLow[from] ?? 0) ^ (this.#keyLow[to] ?? 0);
    this.hashHigh ^= (this.#keyHigh[from] ?? 0) ^ (this.#keyHigh[to] ?? 0);
    this.words[at] = value;
  }

  #growLog(): void {
    const larger = new Int32Array(this.#log.length * 2);
    larger.set(this.#log);
    this.#log = larger;
  }
}

function keys(places: number, random: Random): Int32Array {
  return Int32Array.from({ length: places * VALUES }, (_, key) =>
    key % VALUES === 0 ? 0 : random(),
  );
}
