/**
 * The one file format for what happened, live or modelled: its types, its writer, its reader.
 * It takes and gives bytes, and knows neither where they are kept nor where the hits came from.
 */

export { pairWriters, type WriterPair } from "./diff.ts";
export type { Exporter, ExportOf, MakeExporter, Put } from "./export/exporter.ts";
export { EXPORT_FORMATS, type ExportFormat, type ExportName } from "./export/formats.ts";
export { FORMAT_VERSION, frameOf } from "./frame.ts";
export { type HitNumbers, type HitToRecord, type PackedHit, timeOf } from "./hit-run.ts";
export { HIT_FLAG, HitTable, type WideValues } from "./hit-table.ts";
export { type Damage, RecordingReader, type RecordingSink } from "./reader.ts";
export type {
  RecordedCoverage,
  RecordedCulprit,
  RecordedFrame,
  RecordedKind,
  RecordedLife,
  RecordedLoss,
  RecordedModel,
  RecordedObject,
  RecordedPointer,
  RecordedProgram,
  RecordedRunResult,
  RecordedSearch,
  RecordedSite,
  RecordedSource,
  RecordedSpot,
  RecordedStack,
  RecordedStep,
  RecordedSummary,
  RecordedSwitch,
  RecordedThread,
  RecordedVerdict,
  RecordedViolation,
  RecordedWatch,
  RecordedWindow,
  RecordingHeader,
} from "./recorded.ts";
export type {
  RecordedFinding,
  RecordedHunt,
  RecordedHunted,
  RecordedProvoked,
} from "./recorded-search.ts";
export type { RecordedMember, RecordedType, RecordedVariant } from "./recorded-type.ts";
export {
  type HitLists,
  type RecordedWriter,
  RecordedWriters,
  writerKey,
} from "./recorded-writers.ts";
export { type RecordedRun, type Recording, RecordingInMemory, readRecording } from "./recording.ts";
export { RecordingError, type RecordingFault } from "./recording-error.ts";
export { numberAt } from "./spot-number.ts";
export type { Tables } from "./tables.ts";
export type { Value } from "./value.ts";
export { RecordingWriter } from "./writer.ts";
