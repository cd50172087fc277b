import { HIT_FLAG, type HitTable, numberAt, type RecordedSpot } from "../../recording/index.ts";

const HIGH_WORD = 2 ** 32;
const MOST_BYTES = 8;

/**
 * Gives the number that a hit left in its spot, as `numberAt` does; NaN where there is none. A bigint
 * for each of a million hits would be what takes longest, so whole numbers are read in halves.
 */
export function numberOfHit(spot: RecordedSpot | undefined, hits: HitTable, at: number): number {
  const flags = hits.flags[at] ?? 0;
  if (spot === undefined || (flags & HIT_FLAG.newValue) === 0) return Number.NaN;
  const { length, type, signed } = spot;
  if (length > MOST_BYTES || spot.mode === "x") return Number.NaN;
  if (type?.kind === "float" || type?.kind === "bits" || length % 4 !== 0) {
    return Number(numberAt(spot, hits.newValues[at] ?? 0n) ?? Number.NaN);
  }
  const halves = halvesOf(hits.newValues);
  const low = halves[2 * at] ?? 0;
  const high = halves[2 * at + 1] ?? 0;
  if (length === 4) return signed === true ? low | 0 : low;
  return (signed === true ? high | 0 : high) * HIGH_WORD + low;
}

let known: { readonly of: BigUint64Array; readonly halves: Uint32Array } | undefined;

/** One column at a time is looked at: its view is made once. */
function halvesOf(column: BigUint64Array): Uint32Array {
  if (known?.of !== column) known = { of: column, halves: new Uint32Array(column.buffer) };
  return known.halves;
}
