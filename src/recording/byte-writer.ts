const FIRST_SIZE = 4096;
const HIGH_BIT = 0x80;
/** Up to here the bits of a double are whole numbers that `<<` and `|` understand. */
const SMALL = 2 ** 31;

/** Bytes that grow as they are written: numbers in LEB128, seven bits a byte, the lowest first. */
export class ByteWriter {
  length = 0;
  private bytes = new Uint8Array(FIRST_SIZE);

  /** What was written so far: valid until more is. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.grow(1);
    this.bytes[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    this.grow(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest >= SMALL) {
      this.byte((rest % HIGH_BIT) | HIGH_BIT);
      rest = Math.floor(rest / HIGH_BIT);
    }
    while (rest >= HIGH_BIT) {
      this.byte((rest & 0x7f) | HIGH_BIT);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A number with a sign, below 2^52 either way: 0, -1, 1, -2, … are 0, 1, 2, 3, … */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A whole number of any size, from 0 on. */
  big(value: bigint): void {
    let rest = value;
    while (rest > Number.MAX_SAFE_INTEGER) {
      this.byte(Number(rest & 0x7fn) | HIGH_BIT);
      rest >>= 7n;
    }
    this.varint(Number(rest));
  }

  /** The same with a sign. */
  signedBig(value: bigint): void {
    this.big(value < 0n ? -2n * value - 1n : 2n * value);
  }

  u32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
  }

  f64(value: number): void {
    this.append(new Uint8Array(new Float64Array([value]).buffer));
  }

  private grow(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.length + more));
    larger.set(this.written());
    this.bytes = larger;
  }
}
