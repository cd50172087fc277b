import type { Memory } from "./memory.ts";
import { SharedNames } from "./shared-names.ts";
import { ValueTable } from "./value-table.ts";

/** Four words each: a value, a place and what was written there, and the value that came of it. */
const MEMO_ENTRIES = 1 << 14;

/**
 * The state in the memory as the numbers of its objects' values. It follows what steps write, word by
 * word, so that neither storing nor loading a state costs more than what is different in it. What a
 * write makes of a value is remembered, so that objects are rarely looked at whole.
 */
export class Collapse {
  readonly width: number;
  /** The state after the step that was noted last, as numbers. */
  readonly next: Int32Array;
  readonly #memory: Memory;
  readonly #words: Memory["words"];
  readonly #objectOf: Int32Array;
  // Where in its object a word stands.
  readonly #indexOf: Int32Array;
  readonly #tables: readonly ValueTable[];
  // The state that was loaded or adopted last, as numbers; and values of it and of `next`.
  readonly #base: Int32Array;
  readonly #baseValues: Int32Array;
  readonly #values: Int32Array;
  // Objects in which `next` may differ from the base.
  readonly #dirty: Int32Array;
  readonly #isDirty: Uint8Array;
  #dirtyCount = 0;
  #mostNumber = 0;
  #names: SharedNames | undefined;
  readonly #memo = new Int32Array(4 * MEMO_ENTRIES).fill(-1);

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#words = memory.words;
    this.#objectOf = Int32Array.from(memory.objectOf);
    this.#indexOf = new Int32Array(memory.words.length);
    const places: number[][] = [];
    for (let at = 0; at < memory.words.length; at++) {
      const object = this.#objectOf[at] ?? 0;
      const list = places[object] ?? [];
      places[object] = list;
      this.#indexOf[at] = list.length;
      list.push(at);
    }
    this.#tables = places.map((list) => new ValueTable(memory, list));
    this.width = this.#tables.length;
    this.next = new Int32Array(this.width);
    this.#base = new Int32Array(this.width);
    this.#baseValues = new Int32Array(this.width);
    this.#values = new Int32Array(this.width);
    this.#dirty = new Int32Array(this.width);
    this.#isDirty = new Uint8Array(this.width);
    this.reset();
  }

  get bytes(): number {
    return this.#tables.reduce((sum, table) => sum + table.bytes, this.#memo.byteLength);
  }

  /** The largest number that any value has. */
  get mostNumber(): number {
    return this.#mostNumber;
  }

  /** Takes the state in the memory as it is. */
  reset(): void {
    this.#forget();
    for (const [object, table] of this.#tables.entries()) {
      const value = table.current();
      this.#values[object] = value;
      const number = table.numberOf(value);
      this.next[object] = number < 0 ? this.#name(object, value) : number;
    }
    this.#base.set(this.next);
    this.#baseValues.set(this.#values);
  }

  /** Sees the state that steps since `mark` have made of the base, as `next`. */
  note(mark: number): void {
    this.#forget();
    this.#memory.noteWritten(mark, this);
    const { next } = this;
    for (let index = 0; index < this.#dirtyCount; index++) {
      const object = this.#dirty[index] ?? 0;
      const value = this.#values[object] ?? 0;
      let number = this.#tables[object]?.numberOf(value) ?? 0;
      if (number < 0) number = this.#name(object, value);
      next[object] = number;
      if (number > this.#mostNumber) this.#mostNumber = number;
    }
  }

  /** For `Memory.noteWritten`. */
  add(at: number): void {
    const object = this.#objectOf[at] ?? 0;
    const word = this.#words[at] ?? 0;
    const value = this.#values[object] ?? 0;
    const memo = this.#memo;
    const mixed =
      Math.imul(value, 0x9e3779b1) ^ Math.imul(at, 0x85ebca77) ^ Math.imul(word, 0x1b56c4e9);
    const entry = 4 * ((mixed ^ (mixed >>> 15)) & (MEMO_ENTRIES - 1));
    if (memo[entry] === value && memo[entry + 1] === at && memo[entry + 2] === word)
      this.#values[object] = memo[entry + 3] ?? 0;
    else this.#change(at, entry);
    if (this.#isDirty[object] !== 0) return;
    this.#isDirty[object] = 1;
    this.#dirty[this.#dirtyCount++] = object;
  }

  /** The state that was noted last is the base from here on. */
  adopt(): void {
    for (let index = 0; index < this.#dirtyCount; index++) {
      const object = this.#dirty[index] ?? 0;
      this.#base[object] = this.next[object] ?? 0;
      this.#baseValues[object] = this.#values[object] ?? 0;
      this.#isDirty[object] = 0;
    }
    this.#dirtyCount = 0;
  }

  /** The base is a stored state, which the memory holds already. */
  rebase(vector: ArrayLike<number>, from: number): void {
    this.#forget();
    for (let object = 0; object < this.width; object++) {
      const number = vector[from + object] ?? 0;
      if (number !== this.#base[object]) this.#becomes(object, number);
    }
  }

  /** Puts a stored state into the memory. */
  load(vector: ArrayLike<number>, from: number): void {
    this.#forget();
    for (let object = 0; object < this.width; object++) {
      const number = vector[from + object] ?? 0;
      if (number === this.#base[object]) continue;
      const value = this.#becomes(object, number);
      this.#tables[object]?.restore(value, this.#memory);
    }
    this.#memory.commit();
  }

  /** From now on values have the same numbers for all who share them. */
  share(control: Int32Array, log: SharedArrayBuffer): void {
    this.#names = new SharedNames(control, log, this.#tables);
  }

  /** The values of each object in the order of their numbers. */
  contents(): readonly Int32Array[] {
    this.#names?.catchUp();
    return this.#tables.map((table) => table.contents());
  }

  /** Puts back what `contents` gave, so that each value has its number again. */
  restore(contents: readonly Int32Array[]): void {
    for (const [object, table] of this.#tables.entries())
      this.#mostNumber = Math.max(this.#mostNumber, table.fill(contents[object]));
    this.reset();
  }

  #name(object: number, value: number): number {
    return this.#names?.name(object, value) ?? this.#tables[object]?.name(value) ?? 0;
  }

  #becomes(object: number, number: number): number {
    if (number >= (this.#tables[object]?.count ?? 0)) this.#names?.catchUp();
    const value = this.#tables[object]?.valueOf(number) ?? 0;
    this.#base[object] = number;
    this.next[object] = number;
    this.#baseValues[object] = value;
    this.#values[object] = value;
    return value;
  }

  #change(at: number, entry: number): void {
    const object = this.#objectOf[at] ?? 0;
    const value = this.#values[object] ?? 0;
    const word = this.#words[at] ?? 0;
    const changed = this.#tables[object]?.changed(value, this.#indexOf[at] ?? 0, word) ?? 0;
    this.#memo[entry] = value;
    this.#memo[entry + 1] = at;
    this.#memo[entry + 2] = word;
    this.#memo[entry + 3] = changed;
    this.#values[object] = changed;
  }

  #forget(): void {
    for (let index = 0; index < this.#dirtyCount; index++) {
      const object = this.#dirty[index] ?? 0;
      this.next[object] = this.#base[object] ?? 0;
      this.#values[object] = this.#baseValues[object] ?? 0;
      this.#isDirty[object] = 0;
    }
    this.#dirtyCount = 0;
  }
}
