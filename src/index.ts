/**
 * Trapline as a library: hardware breakpoints on live processes.
 *
 * @packageDocumentation
 */
export type { Frame } from "./symbols/index.ts";
export {
  type Coverage,
  type EndReason,
  type Gap,
  type Hit,
  type LeftOut,
  type Spot,
  type SpotPiece,
  type Stopped,
  type Strategy,
  Watch,
  WatchError,
  type WatchErrorKind,
  type WatchOptions,
  type WatchReport,
  type WatchTarget,
  type Writer,
  watch,
} from "./watch/index.ts";
