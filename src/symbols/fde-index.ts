/** What `.eh_frame_hdr` needs of its file: bytes by the linker's addresses. */
export interface LinkedBytes {
  /** Fewer than `length` where the segment's bytes end. */
  bytesAt(address: bigint, length: number): Uint8Array;
}

/** How the pointers of the header are written; these are the only ways that linkers use. */
const PCREL_SDATA4 = 0x1b;
const UDATA4 = 0x03;
const DATAREL_SDATA4 = 0x3b;

const HEADER = 12;
const ROW = 8;
/** In a frame description: its length, the way to its CIE, the function's start, the function's size. */
const FDE = 16;
const MAX_ROWS = 1 << 22;

/**
 * The table that unwinders search, of `PT_GNU_EH_FRAME`: where each function starts, also in a file
 * that was stripped of its names. Unlike symbols it cannot be missing where stacks must unwind.
 */
export class FdeIndex {
  readonly #file: LinkedBytes;
  readonly #header: bigint;
  /** Pairs, in ascending order: where a function starts, where its frame description is. */
  readonly #rows: Int32Array;

  private constructor(file: LinkedBytes, header: bigint, rows: Int32Array) {
    this.#file = file;
    this.#header = header;
    this.#rows = rows;
  }

  /** Undefined if there is no such table, or one that is written in another way. */
  static read(file: LinkedBytes, header: bigint): FdeIndex | undefined {
    const head = viewOf(file.bytesAt(header, HEADER));
    if (head.byteLength < HEADER) return undefined;
    const [version, frame, count, table] = [0, 1, 2, 3].map((at) => head.getUint8(at));
    if (version !== 1 || frame !== PCREL_SDATA4) return undefined;
    if (count !== UDATA4 || table !== DATAREL_SDATA4) return undefined;
    const rows = head.getUint32(8, true);
    if (rows > MAX_ROWS) return undefined;
    const bytes = file.bytesAt(header + BigInt(HEADER), rows * ROW);
    if (bytes.length < rows * ROW) return undefined;
    return new FdeIndex(file, header, new Int32Array(Uint8Array.from(bytes).buffer));
  }

  /** Where the function that holds `address` starts. */
  startOf(address: bigint): bigint | undefined {
    const row = this.#rowBelow(Number(address - this.#header));
    const start = this.#rows[2 * row];
    const description = this.#rows[2 * row + 1];
    if (start === undefined || description === undefined) return undefined;
    const fde = viewOf(this.#file.bytesAt(this.#header + BigInt(description), FDE));
    if (fde.byteLength < FDE) return undefined;
    const first = this.#header + BigInt(start);
    return address < first + BigInt(fde.getUint32(12, true)) ? first : undefined;
  }

  /** The last row that starts at or below, or -1. */
  #rowBelow(offset: number): number {
    let low = 0;
    let high = this.#rows.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#rows[2 * middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
