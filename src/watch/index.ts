/**
 * Who touches this address: targets, coverage, grouping of hits by writer.
 * It knows perf events and names, and nothing of terminals or formats.
 */

export type { Culprit, Doubt, Frame } from "../symbols/index.ts";
export { type ChildTest, childTest } from "./child-test.ts";
export type { Coverage, Gap, Stopped, Strategy } from "./coverage.ts";
export { planWatch, type WatchPlan } from "./dry-run.ts";
export { type Hit, keepHit } from "./hit.ts";
export { openSession } from "./open-session.ts";
export type { WatchOptions, WatchTarget } from "./options.ts";
export type { RawHit } from "./raw-hit.ts";
export { Recorder, recordedWatch } from "./recorder.ts";
export { describeHolder } from "./refusal.ts";
export { freeSlots, selfTest } from "./self-test.ts";
export type { EndReason, HitSink, Session } from "./session.ts";
export type { LeftOut } from "./sieve.ts";
export { recordedSpot, type Spot, type SpotPiece } from "./spot.ts";
export { numberAt } from "./spot-value.ts";
export type { StackCut } from "./stacks.ts";
export { Watch, type WatchReport, watch, writersOf } from "./watch.ts";
export { WatchError, type WatchErrorKind } from "./watch-error.ts";
export { formatWhere, parseWhere, type Where, type WhereError } from "./where.ts";
export type { Writer, Writers } from "./writers.ts";
