import { type SpotName, spotRange } from "../watch/index.ts";

/** `counter (0x404100/8:w)`, or the range alone where it has no name. */
export function describeSpot(spot: SpotName): string {
  const range = spotRange(spot);
  return range.startsWith(`${spot.name}/`) ? range : `${spot.name} (${range})`;
}
