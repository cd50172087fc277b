import type { RecordedSpot } from "./recorded.ts";

const MOST_BYTES = 8;

/**
 * A spot's bytes as the number that its type makes of them, for plots and tables: with its sign, a
 * floating-point number, a bit field for itself; undefined of what is no number.
 */
export function numberAt(spot: RecordedSpot, raw: bigint): bigint | number | undefined {
  const { length, type, signed } = spot;
  if (length > MOST_BYTES || spot.mode === "x") return undefined;
  if (type?.kind === "float") {
    if (length !== 4 && length !== MOST_BYTES) return undefined;
    const view = new DataView(BigUint64Array.of(raw).buffer);
    return length === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  }
  const isBits = type?.kind === "bits";
  const [offset, size] = isBits ? [type.bitOffset, type.bitSize] : [0, 8 * length];
  const bits = BigInt.asUintN(size, raw >> BigInt(offset));
  return signed === true ? BigInt.asIntN(size, bits) : bits;
}
