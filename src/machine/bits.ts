import type { Field } from "./field.ts";

/** A set of ids inside an object, such as the events of a context. */
export class Bits {
  readonly #field: Field;
  readonly #words: number;

  constructor(field: Field, words: number) {
    this.#field = field;
    this.#words = words;
  }

  has(id: number, member: number): boolean {
    return (this.#field.get(id, member >> 5) & (1 << (member & 31))) !== 0;
  }

  add(id: number, member: number): void {
    const word = member >> 5;
    this.#field.set(id, this.#field.get(id, word) | (1 << (member & 31)), word);
  }

  remove(id: number, member: number): void {
    const word = member >> 5;
    this.#field.set(id, this.#field.get(id, word) & ~(1 << (member & 31)), word);
  }

  isEmpty(id: number): boolean {
    for (let word = 0; word < this.#words; word++) {
      if (this.#field.get(id, word) !== 0) return false;
    }
    return true;
  }

  /** The smallest member above `after`, or 0: `for (let e = set.next(id, 0); e; e = set.next(id, e))`. */
  next(id: number, after: number): number {
    const from = after + 1;
    for (let word = from >> 5; word < this.#words; word++) {
      const above = word === from >> 5 ? ~0 << (from & 31) : ~0;
      const rest = this.#field.get(id, word) & above;
      if (rest !== 0) return (word << 5) + (31 - Math.clz32(rest & -rest));
    }
    return 0;
  }

  clear(id: number): void {
    for (let word = 0; word < this.#words; word++) this.#field.set(id, 0, word);
  }

  copy(from: number, to: number): void {
    for (let word = 0; word < this.#words; word++)
      this.#field.set(to, this.#field.get(from, word), word);
  }
}
