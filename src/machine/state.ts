import { assert, wordsOf } from "../base/index.ts";

/** A place in the undo log; what was written after it can be taken back. */
export type Mark = number;

/** The objects that a step has read and written: bit n of the two words stands for object n mod 64. */
export interface Footprint {
  readonly readLow: number;
  readonly readHigh: number;
  readonly writtenLow: number;
  readonly writtenHigh: number;
}

/** Where it is noted which words were touched; what was noted before stays. */
export interface Touched {
  /** For each word READ, WRITTEN, both or nothing. */
  readonly words: Uint8Array;
  /** Told of each touch that is new. */
  note(at: number, how: number): void;
}
export const READ = 1;
export const WRITTEN = 2;

/**
 * The whole state of a machine: one flat array of words. Every write is logged, so that it can be
 * taken back; the hash follows each write, so that its cost does not grow with the state; and the
 * objects touched are noted, so that an explorer knows which steps commute.
 */
export class State {
  readonly words: Int32Array;
  /** For each word the object it belongs to, counted from 0. */
  readonly objectOf: Int32Array;
  #hashLow = 0;
  #hashHigh = 0;
  #readLow = 0;
  #readHigh = 0;
  #writtenLow = 0;
  #writtenHigh = 0;
  #log = new Int32Array(1 << 10);
  #logTop = 0;
  #tracks = true;
  #touched: Touched | undefined;
  #touchedWords: Uint8Array = new Uint8Array(0);
  readonly #objectLow: Int32Array;
  readonly #objectHigh: Int32Array;
  readonly #keyLow: Int32Array;
  readonly #keyHigh: Int32Array;

  /** `objectOf` says for each word which object it belongs to. */
  constructor(objectOf: ArrayLike<number>, seed: number) {
    const size = objectOf.length;
    this.words = new Int32Array(size);
    this.objectOf = new Int32Array(size);
    this.#objectLow = new Int32Array(size);
    this.#objectHigh = new Int32Array(size);
    this.#keyLow = new Int32Array(size);
    this.#keyHigh = new Int32Array(size);
    const random = wordsOf(seed); // states differ from run to run only if asked to
    // Plain loops: thousands of states are made in a second, each for one program.
    for (let at = 0; at < size; at++) {
      const object = objectOf[at] ?? 0;
      this.objectOf[at] = object;
      if ((object & 32) === 0) this.#objectLow[at] = 1 << (object & 31);
      else this.#objectHigh[at] = 1 << (object & 31);
    }
    for (let at = 0; at < size; at++) this.#keyLow[at] = random();
    for (let at = 0; at < size; at++) this.#keyHigh[at] = random();
  }

  get(at: number): number {
    if (this.#tracks) {
      this.#readLow |= this.#objectLow[at] ?? 0;
      this.#readHigh |= this.#objectHigh[at] ?? 0;
      if (this.#touched !== undefined && ((this.#touchedWords[at] ?? 0) & READ) === 0)
        this.#touched.note(at, READ);
    }
    return this.words[at] ?? 0;
  }

  set(at: number, value: number): void {
    if (!this.#tracks) {
      this.words[at] = value;
      return;
    }
    this.#writtenLow |= this.#objectLow[at] ?? 0;
    this.#writtenHigh |= this.#objectHigh[at] ?? 0;
    if (this.#touched !== undefined && ((this.#touchedWords[at] ?? 0) & WRITTEN) === 0)
      this.#touched.note(at, WRITTEN);
    const old = this.words[at] ?? 0;
    if (old === value) return;
    if (this.#logTop + 2 > this.#log.length) this.#growLog();
    this.#log[this.#logTop++] = at;
    this.#log[this.#logTop++] = old;
    this.#write(at, old, value);
  }

  /** A write to an object that a noted write to its first word stands for. */
  wipe(at: number): void {
    const touched = this.#touched;
    this.#touched = undefined;
    this.set(at, 0);
    this.#touched = touched;
  }

  /** Notes a read of an object through something that stands for it, such as an iteration. */
  peek(at: number): number {
    return this.words[at] ?? 0;
  }

  get hashLow(): number {
    assert(this.#tracks, "a state that only goes forward has no hash");
    return this.#hashLow;
  }

  get hashHigh(): number {
    return this.#hashHigh;
  }

  get footprint(): Footprint {
    return {
      readLow: this.#readLow,
      readHigh: this.#readHigh,
      writtenLow: this.#writtenLow,
      writtenHigh: this.#writtenHigh,
    };
  }

  clearFootprint(): void {
    this.#readLow = 0;
    this.#readHigh = 0;
    this.#writtenLow = 0;
    this.#writtenHigh = 0;
  }

  /** From here on touches are noted there, or nowhere. */
  noteTouchesIn(touched: Touched | undefined): void {
    this.#touched = touched;
    if (touched !== undefined) this.#touchedWords = touched.words;
  }

  mark(): Mark {
    return this.#logTop;
  }

  /** Takes back every write since `mark`, the last one first. */
  undo(mark: Mark): void {
    assert(mark <= this.#logTop, `undo to mark ${mark}: the log ends at ${this.#logTop}`);
    while (this.#logTop > mark) {
      const old = this.#log[--this.#logTop] ?? 0;
      const at = this.#log[--this.#logTop] ?? 0;
      this.#write(at, this.words[at] ?? 0, old);
    }
  }

  /** Puts the place of each word written since `mark` into `into`, some of them repeatedly. */
  noteWritten(mark: Mark, into: { add(at: number): void }): void {
    for (let entry = mark; entry < this.#logTop; entry += 2) into.add(this.#log[entry] ?? 0);
  }

  /** Forgets how to go back to before now. */
  commit(): void {
    this.#logTop = 0;
  }

  /** From now on only forward: nothing is logged, hashed or noted any more. */
  goForward(): void {
    this.#tracks = false;
    this.#logTop = 0;
  }

  /** The same as the hash that follows each write, computed from nothing. For tests and loads. */
  fullHash(): { readonly low: number; readonly high: number } {
    let low = 0;
    let high = 0;
    for (let at = 0; at < this.words.length; at++) {
      const value = this.words[at] ?? 0;
      low ^= mix(value, this.#keyLow[at] ?? 0);
      high ^= mix(value, this.#keyHigh[at] ?? 0);
    }
    return { low, high };
  }

  #write(at: number, old: number, value: number): void {
    const low = this.#keyLow[at] ?? 0;
    const high = this.#keyHigh[at] ?? 0;
    this.#hashLow ^= mix(old, low) ^ mix(value, low);
    this.#hashHigh ^= mix(old, high) ^ mix(value, high);
    this.words[at] = value;
  }

  #growLog(): void {
    const larger = new Int32Array(this.#log.length * 2);
    larger.set(this.#log);
    this.#log = larger;
  }
}

/** What one word adds to the hash. Zero adds nothing, so an empty state hashes to zero. */
function mix(value: number, key: number): number {
  if (value === 0) return 0;
  let hash = Math.imul(value ^ key, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ key, 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}
