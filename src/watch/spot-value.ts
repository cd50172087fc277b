import type { TypeDesc } from "../symbols/index.ts";
import { numberIn, type ValueType } from "./condition/value-type.ts";
import type { Spot } from "./spot.ts";

/** Of what is a number. */
export const MOST_BYTES = 8;

/** How a spot's bytes are an integer; undefined where they are none. */
export function valueTypeOf({ length, mode, signed, type }: Spot): ValueType | undefined {
  if (mode === "x" || length > MOST_BYTES || type?.kind === "float") return undefined;
  const isBits = type?.kind === "bits";
  const constants = constantsOf(isBits ? type.base : type);
  return {
    bytes: length,
    signed: signed === true,
    ...(isBits ? { bits: { offset: type.bitOffset, size: type.bitSize } } : {}),
    ...(constants === undefined ? {} : { constants }),
  };
}

/** A spot's bytes as the number that its type makes of them; undefined where it makes none. */
export function numberAt(spot: Spot, raw: bigint): bigint | number | undefined {
  const { type, length } = spot;
  if (type?.kind === "float" && (length === 4 || length === MOST_BYTES)) {
    const view = new DataView(new BigUint64Array([raw]).buffer);
    return length === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  }
  const integer = valueTypeOf(spot);
  return integer === undefined ? undefined : numberIn(raw, integer);
}

function constantsOf(type: TypeDesc | undefined): ReadonlyMap<string, bigint> | undefined {
  if (type?.kind !== "enum") return undefined;
  return new Map(type.values.map(({ name, value }) => [name, BigInt(value)]));
}
