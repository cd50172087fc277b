import type { RecordedSpot } from "../../recording/index.ts";
import { formatValue } from "../../wording/index.ts";

/** A number of a plot's axis, as the spot's type has it. */
export function valueMark(spot: RecordedSpot | undefined, value: number): string {
  const kind = spot?.type?.kind;
  if (spot === undefined || !Number.isSafeInteger(value) || kind === "float" || kind === "bits") {
    return `${Number(value.toPrecision(6))}`;
  }
  const isNamed = kind === "enum" || kind === "bool" || kind === "pointer" || kind === "char";
  const raw = BigInt.asUintN(8 * spot.length, BigInt(value));
  return isNamed ? formatValue(raw, spot) : value.toLocaleString("en");
}
