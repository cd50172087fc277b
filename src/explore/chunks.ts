const BITS = 14;
const CHUNK = 1 << BITS;
const NOTHING = new Int32Array(0);

/** An array of words that grows without being copied, and whose oldest part can be dropped. */
export class Column {
  readonly #width: number;
  readonly #chunks: Int32Array[] = [];
  #firstKept = 0;

  /** Rows of `width` words. */
  constructor(width: number) {
    this.#width = width;
  }

  get bytes(): number {
    return 4 * (this.#chunks.length - this.#firstKept) * CHUNK * this.#width;
  }

  /** Where the chunk of a row is; the row starts at `offset(row)` in it. */
  chunk(row: number): Int32Array {
    return this.#chunks[row >>> BITS] ?? this.#grow(row >>> BITS);
  }

  offset(row: number): number {
    return (row & (CHUNK - 1)) * this.#width;
  }

  get(row: number): number {
    return this.chunk(row)[(row & (CHUNK - 1)) * this.#width] ?? 0;
  }

  set(row: number, value: number): void {
    this.chunk(row)[(row & (CHUNK - 1)) * this.#width] = value;
  }

  /** Frees the rows before `row`, as far as they fill chunks. */
  drop(row: number): void {
    for (; this.#firstKept < row >>> BITS; this.#firstKept++)
      this.#chunks[this.#firstKept] = NOTHING;
  }

  #grow(index: number): Int32Array {
    const chunk = new Int32Array(CHUNK * this.#width);
    this.#chunks[index] = chunk;
    return chunk;
  }
}

/** The same of halves of words, without a sign. A class of its own, for what it reads is of one kind. */
export class ShortColumn {
  readonly #chunks: Uint16Array[] = [];

  get bytes(): number {
    return 2 * this.#chunks.length * CHUNK;
  }

  get(row: number): number {
    return this.#chunks[row >>> BITS]?.[row & (CHUNK - 1)] ?? 0;
  }

  set(row: number, value: number): void {
    let chunk = this.#chunks[row >>> BITS];
    if (chunk === undefined) {
      chunk = new Uint16Array(CHUNK);
      this.#chunks[row >>> BITS] = chunk;
    }
    chunk[row & (CHUNK - 1)] = value;
  }
}
