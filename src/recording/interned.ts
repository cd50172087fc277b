/** Entries that are known at a time. Beyond that they are forgotten, and written again as they come. */
const MOST_ENTRIES = 1 << 16;

/**
 * Numbers for things by what they are, each number given once. Memory is flat: a thing that was
 * forgotten gets another number, which means the same.
 */
export class Interned {
  private readonly known = new Map<string, number>();
  private next: number;

  /** Numbers from `first` on. */
  constructor(first = 0) {
    this.next = first;
  }

  /** The number of what `key` stands for. `write` is told of a number that was not in use before. */
  number(key: string, write: (number: number) => void): number {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.known.size >= MOST_ENTRIES) this.known.clear();
    const number = this.next++;
    this.known.set(key, number);
    write(number);
    return number;
  }
}
