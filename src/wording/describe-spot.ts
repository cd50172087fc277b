import type { RecordedSpot } from "../recording/index.ts";

/** What a spot is known by. */
export type SpotName = Pick<RecordedSpot, "name" | "address" | "length" | "mode">;

/** `counter (0x404100/8:w)`, or the range alone where it has no name. */
export function describeSpot(spot: SpotName): string {
  const { name, address, length, mode } = spot;
  const range = `0x${address.toString(16)}/${length}:${mode}`;
  return range.startsWith(`${name}/`) ? range : `${name} (${range})`;
}
