/**
 * What was recorded in words, for a terminal and for a page.
 * It knows neither where the words go, nor whether the watch still runs.
 */

export { coverageLines, headline, STRATEGY } from "./coverage-text.ts";
export { instructionText, stackLines } from "./culprit-text.ts";
export { describeSpot, type SpotName } from "./describe-spot.ts";
export {
  fileName,
  formatAccess,
  formatCode,
  formatCount,
  formatHex,
  formatNumber,
  formatObject,
  formatSeconds,
  formatShare,
  formatValue,
  type ValueShape,
} from "./format.ts";
