/** How the numbers of a state's objects are kept: as many in a word as there is room for. */
export class Packing {
  readonly width: number;
  readonly bits: 8 | 16 | 32;
  /** In how many words a state fits. */
  readonly words: number;
  /** The largest number that has room. */
  readonly most: number;

  constructor(width: number, bits: 8 | 16 | 32 = 8) {
    this.width = width;
    this.bits = bits;
    this.words = Math.ceil((width * bits) / 32);
    this.most = bits === 32 ? 0x7fffffff : 2 ** bits - 1;
  }

  /** The narrowest one with room for such a number, but no narrower than this one. */
  for(number: number): Packing {
    if (number <= this.most) return this;
    return new Packing(this.width, number <= 0xffff ? 16 : 32);
  }

  pack(vector: Int32Array, from: number, into: Int32Array, to: number): void {
    const { width, bits, words } = this;
    let object = 0;
    for (let word = 0; word < words; word++) {
      let packed = 0;
      for (let shift = 0; shift < 32 && object < width; shift += bits)
        packed |= (vector[from + object++] ?? 0) << shift;
      into[to + word] = packed;
    }
  }

  unpack(packed: Int32Array, from: number, into: Int32Array, to: number): void {
    const { width, bits, words } = this;
    const mask = bits === 32 ? ~0 : this.most;
    let object = 0;
    for (let word = 0; word < words; word++) {
      const all = packed[from + word] ?? 0;
      for (let shift = 0; shift < 32 && object < width; shift += bits)
        into[to + object++] = (all >>> shift) & mask;
    }
  }
}
