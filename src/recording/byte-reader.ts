import { FrameDamage } from "./recording-error.ts";

/** A number longer than this is no number of ours: the widest value that is watched has 32 bytes. */
const LONGEST_NUMBER = 40;
/** Bytes whose bits surely fit a double. */
const PLAIN_BYTES = 7;

/** Reads what a `ByteWriter` wrote. Throws FrameDamage where there is less than there should be. */
export class ByteReader {
  at: number;
  readonly bytes: Uint8Array;
  readonly end: number;

  constructor(bytes: Uint8Array, from = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    if (this.at >= this.end) throw new FrameDamage("it ends in the middle of a record");
    return this.bytes[this.at++] ?? 0;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new FrameDamage("a record is longer than its frame");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count <= PLAIN_BYTES; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      factor *= 0x80;
    }
    throw new FrameDamage("a number is too large");
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  big(): bigint {
    const from = this.at;
    let end = from;
    while (end < this.end && (this.bytes[end] ?? 0) >= 0x80) end += 1;
    if (end - from < PLAIN_BYTES) return BigInt(this.varint());
    if (end - from > LONGEST_NUMBER) throw new FrameDamage("a number is too large");
    if (end >= this.end) throw new FrameDamage("it ends in the middle of a number");
    let value = 0n;
    for (let at = end; at >= from; at -= 1) {
      value = (value << 7n) | BigInt((this.bytes[at] ?? 0) & 0x7f);
    }
    this.at = end + 1;
    return value;
  }

  signedBig(): bigint {
    const value = this.big();
    return (value & 1n) === 0n ? value >> 1n : -((value + 1n) >> 1n);
  }

  u32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.take(4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  f64(): number {
    const [value = 0] = new Float64Array(this.take(8).slice().buffer);
    return value;
  }
}
