/**
 * A scenario on the kernel model: run in the order of its file, explored in every order, its failure
 * shortened, done again and put on record. It knows neither terminal nor file nor thread.
 */
export {
  type Checked,
  type CheckOptions,
  type Crew,
  checkProgram,
  type ModelOptions,
  type ProgramData,
  taskSwitches,
} from "./check-program.ts";
export { explorableProgram } from "./explorable-program.ts";
export { FewerSwitches } from "./fewer-switches.ts";
export { expectedText, isExpected, resultOf, type Seen } from "./judge.ts";
export { actorsOf, missingFixes, runOnModel } from "./model-run.ts";
export {
  type FoundFailure,
  type RecordedCheckView,
  type TracedProgram,
  TraceRecorder,
} from "./recorded-check.ts";
export { recordedRun } from "./recorded-run.ts";
export { type Replayed, replayRun } from "./replay-run.ts";
export { parseReplayable, type Replayable, replayableJson, replayableOf } from "./replayable.ts";
export {
  type JudgedCheck,
  type JudgedStatement,
  judgeNumber,
  judgeStatement,
  type RunReport,
  runsText,
  type SeenRun,
  UNKNOWN,
} from "./report.ts";
export { type RunView, recordedRunView, runView } from "./run-view.ts";
export { packedOfToken, TokenError, tokenOfPacked } from "./token.ts";
export { lostAt, recordTrace, type TraceStep, traceStep } from "./trace.ts";
export { type CheckView, verdictOf } from "./view.ts";
