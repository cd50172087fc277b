const CHUNK = 1 << 14;

/** An array of numbers that grows without being copied, and whose oldest part can be dropped. */
export class Column {
  readonly #width: number;
  readonly #bytes: 1 | 2 | 4;
  #chunks: (Uint8Array | Uint16Array | Int32Array)[] = [];
  #firstKept = 0;

  /** Rows of `width` numbers of so many bytes; those of four are signed. */
  constructor(width: number, bytes: 1 | 2 | 4) {
    this.#width = width;
    this.#bytes = bytes;
  }

  get bytes(): number {
    return (this.#chunks.length - this.#firstKept) * CHUNK * this.#width * this.#bytes;
  }

  /** Where the chunk of a row is; the row starts at `offset(row)` in it. */
  chunk(row: number): Uint8Array | Uint16Array | Int32Array {
    return this.#chunks[row >>> 14] ?? this.#grow(row >>> 14);
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
    for (; this.#firstKept < row >>> 14; this.#firstKept++) this.#chunks[this.#firstKept] = EMPTY;
  }

  /** The first rows, one after the other. */
  rows(count: number): Int32Array {
    const all = new Int32Array(count * this.#width);
    for (let row = 0; row < count; row++) {
      const from = this.offset(row);
      all.set(this.chunk(row).subarray(from, from + this.#width), row * this.#width);
    }
    return all;
  }

  /** The largest number that has room. */
  get most(): number {
    return this.#bytes === 4 ? 0x7fffffff : 2 ** (8 * this.#bytes) - 1;
  }

  /** The same rows with numbers twice as wide. */
  widened(): Column {
    const wide = new Column(this.#width, this.#bytes === 1 ? 2 : 4);
    wide.#chunks = this.#chunks.map((chunk) =>
      wide.#bytes === 2 ? Uint16Array.from(chunk) : Int32Array.from(chunk),
    );
    wide.#firstKept = this.#firstKept;
    return wide;
  }

  #grow(index: number): Uint8Array | Uint16Array | Int32Array {
    const size = CHUNK * this.#width;
    const chunk =
      this.#bytes === 1
        ? new Uint8Array(size)
        : this.#bytes === 2
          ? new Uint16Array(size)
          : new Int32Array(size);
    this.#chunks[index] = chunk;
    return chunk;
  }
}

const EMPTY = new Uint8Array(0);
