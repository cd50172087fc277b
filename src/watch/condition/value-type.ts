/** How the watched bytes are a number: little-endian, of one to eight bytes. */
export interface ValueType {
  readonly bytes: number;
  /** Two's complement. */
  readonly signed: boolean;
  /** Of a bit field, the bits of it in those bytes, from the lowest. */
  readonly bits?: { readonly offset: number; readonly size: number };
  /** Names for its values, as an enumeration has. */
  readonly constants?: ReadonlyMap<string, bigint>;
}

/** The number that watched bytes are; `raw` is all of them, without a sign. */
export function numberIn(raw: bigint, { bytes, signed, bits }: ValueType): bigint {
  const { offset, size } = bits ?? { offset: 0, size: 8 * bytes };
  const own = raw >> BigInt(offset);
  return signed ? BigInt.asIntN(size, own) : BigInt.asUintN(size, own);
}
