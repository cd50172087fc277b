import { BugError } from "../base/index.ts";
import type { Footprint, Mark, Memory } from "./memory.ts";
import { type Random, randomWords, type Seed } from "./random.ts";

/** Of the log: a write's place and what was there, and the two words of the hash before it. */
const ENTRY = 3;
/** Where the first of two words stands: of the hash, of what was read, of what was written. */
const HASH = 0;
const READ = 2;
const WRITTEN = 4;

/**
 * A state of bytes. The hash is the exclusive or of one random word for each (place, value), of which
 * a write exchanges one: two words of them make a fingerprint of 64 bits. Zero adds nothing.
 *
 *     log entry  | place << 8 | old byte | hashLow | hashHigh |
 */
export class ByteMemory implements Memory, Footprint {
  readonly words: Uint8Array;
  readonly objectOf: Uint16Array;
  // Hash and footprint, at the places below. In an array: a browser's fields hold only 31 bits at once.
  readonly #now = new Int32Array(6);
  // Low and high word of a key are neighbours: both are wanted at once.
  readonly #keys: Int32Array;
  #log = new Int32Array(ENTRY << 12);
  #logTop = 0;
  #follows = false;
  readonly #touched: number[] = [];

  constructor(objectOf: readonly number[], seed: Seed) {
    this.words = new Uint8Array(objectOf.length);
    this.objectOf = Uint16Array.from(objectOf);
    this.#keys = keys(objectOf.length, randomWords(seed));
  }

  get hashLow(): number {
    return this.#now[HASH] ?? 0;
  }

  get hashHigh(): number {
    return this.#now[HASH + 1] ?? 0;
  }

  get readLow(): number {
    return this.#now[READ] ?? 0;
  }

  get readHigh(): number {
    return this.#now[READ + 1] ?? 0;
  }

  get writtenLow(): number {
    return this.#now[WRITTEN] ?? 0;
  }

  get writtenHigh(): number {
    return this.#now[WRITTEN + 1] ?? 0;
  }

  get footprint(): Footprint {
    return this;
  }

  clearFootprint(): void {
    const now = this.#now;
    now[READ] = 0;
    now[READ + 1] = 0;
    now[WRITTEN] = 0;
    now[WRITTEN + 1] = 0;
  }

  /** Places 64 apart share a bit: they seem to conflict, which costs states and no soundness. */
  noteRead(at: number): void {
    const now = this.#now;
    const word = READ + ((at >>> 5) & 1);
    now[word] = (now[word] ?? 0) | (1 << at);
    if (this.#follows) this.noteTouch(at);
  }

  noteWrite(at: number): void {
    const now = this.#now;
    const word = WRITTEN + ((at >>> 5) & 1);
    now[word] = (now[word] ?? 0) | (1 << at);
    if (this.#follows) this.noteTouch(at);
  }

  get follows(): boolean {
    return this.#follows;
  }

  follow(): void {
    this.#touched.length = 0;
    this.#follows = true;
  }

  followed(): readonly number[] {
    this.#follows = false;
    return this.#touched;
  }

  /** What is touched without a footprint, such as the place where an agent is. */
  noteTouch(at: number): void {
    const object = this.objectOf[at] ?? 0;
    if (!this.#touched.includes(object)) this.#touched.push(object);
  }

  set(at: number, value: number): void {
    const old = this.words[at] ?? 0;
    if (old === value) return;
    const top = this.#logTop;
    if (top === this.#log.length) this.#growLog();
    const log = this.#log;
    const from = (at << 8) | old;
    const now = this.#now;
    const low = now[HASH] ?? 0;
    const high = now[HASH + 1] ?? 0;
    log[top] = from;
    log[top + 1] = low;
    log[top + 2] = high;
    this.#logTop = top + ENTRY;
    const keys = this.#keys;
    const out = 2 * from;
    const into = 2 * ((at << 8) | value);
    now[HASH] = low ^ (keys[out] ?? 0) ^ (keys[into] ?? 0);
    now[HASH + 1] = high ^ (keys[out + 1] ?? 0) ^ (keys[into + 1] ?? 0);
    this.words[at] = value;
  }

  mark(): Mark {
    return this.#logTop;
  }

  undo(mark: Mark): void {
    let top = this.#logTop;
    if (top === mark) return;
    if (mark > top) throw new BugError(`undo to mark ${mark}: the log ends at ${top}`);
    const log = this.#log;
    while (top > mark) {
      top -= ENTRY;
      const entry = log[top] ?? 0;
      this.words[entry >>> 8] = entry & 0xff;
    }
    this.#now[HASH] = log[mark + 1] ?? 0;
    this.#now[HASH + 1] = log[mark + 2] ?? 0;
    this.#logTop = mark;
  }

  commit(): void {
    this.#logTop = 0;
  }

  noteWritten(mark: Mark, into: { add(at: number): void }): void {
    const log = this.#log;
    for (let entry = mark; entry < this.#logTop; entry += ENTRY) into.add((log[entry] ?? 0) >>> 8);
  }

  #growLog(): void {
    const larger = new Int32Array(this.#log.length * 2);
    larger.set(this.#log);
    this.#log = larger;
  }
}

function keys(places: number, random: Random): Int32Array {
  return Int32Array.from({ length: places * 512 }, (_, at) => {
    const word = random();
    return at % 512 < 2 ? 0 : word;
  });
}
