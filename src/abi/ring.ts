/**
 * The data area of a perf ring buffer and its two positions, as mapped from the kernel.
 *
 * Positions only grow; the byte at position p is at p modulo the size, a power of two. They are
 * numbers: at 100,000 records a second 2^53 bytes last for seventy years.
 */
export interface RingArea {
  /** The data area as 32-bit words. Every record starts at, and is, a multiple of 8 bytes. */
  readonly words: Uint32Array;
  /** Position behind the last complete record: a load with acquire order. */
  loadHead(): number;
  /** Gives the space before `tail` back to the kernel: a store with release order. */
  storeTail(tail: number): void;
}

const WORD = 4;
const HEADER_WORDS = 2;

/**
 * Walks one ring record by record without copying. Fields are read as words, for a record may wrap
 * round the end of the ring; no field of 8 bytes ever does, being aligned to 8.
 *
 *     struct perf_event_header { u32 type; u16 misc; u16 size; }
 */
export class RingCursor {
  private readonly mask: number;
  private readonly words: Uint32Array;
  private readonly area: RingArea;
  private position: number;
  private head: number;

  constructor(area: RingArea, position = 0) {
    this.area = area;
    this.words = area.words;
    this.mask = area.words.length - 1;
    this.position = position;
    this.head = position;
  }

  /** Looks how far the kernel has written. Records behind that are left for the next look. */
  refresh(): void {
    this.head = this.area.loadHead();
  }

  /** True while a record is there to be read. */
  get hasRecord(): boolean {
    return this.position < this.head;
  }

  /** Bytes that wait to be read. */
  get pending(): number {
    return this.head - this.position;
  }

  get type(): number {
    return this.word(0);
  }

  get misc(): number {
    return this.word(1) & 0xffff;
  }

  /** Size of the record in bytes, its header included. */
  get size(): number {
    return this.word(1) >>> 16;
  }

  /** The 32-bit word at `index` words from the start of the record. */
  word(index: number): number {
    return this.words[(this.position / WORD + index) & this.mask] ?? 0;
  }

  /** The 64-bit value at `index` words from the start of the record. */
  u64(index: number): bigint {
    return (BigInt(this.word(index + 1)) << 32n) | BigInt(this.word(index));
  }

  /** The record's bytes, copied and joined where it wraps. For records that are rare. */
  copy(): DataView {
    const bytes = new Uint32Array(this.size / WORD);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = this.word(index);
    return new DataView(bytes.buffer);
  }

  /** Steps over the record. Its space is the kernel's again only after `release`. */
  advance(): void {
    // A size of 0 cannot come from the kernel. Going on would never end, so skip to the head.
    this.position = this.size >= HEADER_WORDS * WORD ? this.position + this.size : this.head;
  }

  /** Gives all that was stepped over back to the kernel. */
  release(): void {
    this.area.storeTail(this.position);
  }
}
