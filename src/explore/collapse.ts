import type { Memory } from "./memory.ts";
import { ValueTable } from "./value-table.ts";

/**
 * The state in the memory as the numbers of its objects. It follows what steps write, object by
 * object, so that neither storing nor loading a state costs more than what is different in it.
 */
export class Collapse {
  readonly width: number;
  /** The state that was loaded or adopted last. */
  readonly base: Int32Array;
  /** The state after the step that was noted last. */
  readonly next: Int32Array;
  nextHash = 0;
  readonly #memory: Memory;
  readonly #tables: readonly ValueTable[];
  #baseHash = 0;
  // Objects in which `next` differs from `base`.
  readonly #dirty: Int32Array;
  readonly #isDirty: Uint8Array;
  #dirtyCount = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
    const places: number[][] = [];
    for (let at = 0; at < memory.words.length; at++) {
      const object = memory.objectOf[at] ?? 0;
      let list = places[object];
      if (list === undefined) places[object] = list = [];
      list.push(at);
    }
    this.#tables = places.map((list) => new ValueTable(memory, list));
    this.width = this.#tables.length;
    this.base = new Int32Array(this.width);
    this.next = new Int32Array(this.width);
    this.#dirty = new Int32Array(this.width);
    this.#isDirty = new Uint8Array(this.width);
    for (let object = 0; object < this.width; object++) this.#adopt(object);
    this.next.set(this.base);
    this.nextHash = this.#baseHash;
  }

  get bytes(): number {
    return this.#tables.reduce((sum, table) => sum + table.bytes, 0);
  }

  get values(): number {
    return this.#tables.reduce((sum, table) => sum + table.count, 0);
  }

  /** For `Memory.noteWritten`. */
  add(object: number): void {
    if (this.#isDirty[object] !== 0) return;
    this.#isDirty[object] = 1;
    this.#dirty[this.#dirtyCount++] = object;
  }

  /** Sees the state that a step from `base` has made, as `next` and `nextHash`. */
  note(mark: number): void {
    const { base, next } = this;
    this.#forget();
    this.#memory.noteWritten(mark, this);
    let hash = this.#baseHash;
    for (let index = 0; index < this.#dirtyCount; index++) {
      const object = this.#dirty[index] ?? 0;
      const number = this.#tables[object]?.current() ?? 0;
      const old = base[object] ?? 0;
      if (number === old) continue;
      next[object] = number;
      hash ^= mix(object, old) ^ mix(object, number);
    }
    this.nextHash = hash;
  }

  /** Puts a stored state into the memory. */
  load(vector: ArrayLike<number>, from: number): void {
    this.#forget();
    const { base, next } = this;
    let hash = this.#baseHash;
    for (let object = 0; object < this.width; object++) {
      const number = vector[from + object] ?? 0;
      const old = base[object] ?? 0;
      if (number === old) continue;
      this.#tables[object]?.restore(number, this.#memory);
      base[object] = number;
      next[object] = number;
      hash ^= mix(object, old) ^ mix(object, number);
    }
    this.#baseHash = hash;
    this.nextHash = hash;
    this.#memory.commit();
  }

  /** The values of each object in the order of their numbers. */
  contents(): readonly Int32Array[] {
    return this.#tables.map((table) => table.contents());
  }

  /** Puts back what `contents` gave, so that each value has its number again. */
  restore(contents: readonly Int32Array[]): void {
    const mark = this.#memory.mark();
    for (const [object, table] of this.#tables.entries())
      table.fill(contents[object], this.#memory);
    this.#memory.undo(mark);
  }

  #adopt(object: number): void {
    const number = this.#tables[object]?.current() ?? 0;
    this.base[object] = number;
    this.#baseHash ^= mix(object, number);
  }

  #forget(): void {
    const { base, next } = this;
    for (let index = 0; index < this.#dirtyCount; index++) {
      const object = this.#dirty[index] ?? 0;
      next[object] = base[object] ?? 0;
      this.#isDirty[object] = 0;
    }
    this.#dirtyCount = 0;
  }
}

/** What one object adds to the hash of a state. */
function mix(object: number, number: number): number {
  let hash = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(object + 1, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
  return hash ^ (hash >>> 13);
}
