/**
 * One scenario on whatever can run it, and what it led to held against what was expected, and
 * against what it led to elsewhere. It knows not the terminal.
 */

export { type CompareOptions, compareReports, type Difference } from "./compare.ts";
export { fetchGuest, isFetched, removeFetched } from "./guest/fetch.ts";
export { GUEST_KINDS, type GuestKind } from "./guest/guest-name.ts";
export { KNOWN_BUGS, type KnownBug } from "./known-bugs.ts";
export { type Pair, runBoth, type Verdict, verdictOf } from "./matrix.ts";
export { openTarget } from "./open-target.ts";
export type { OutcomeLine, RaceOutcome } from "./outcome.ts";
export {
  type Complaint,
  type Provoked,
  type ProvokeOptions,
  type ProvokeResult,
  provoke,
} from "./provoke.ts";
export { randomScenario } from "./random/random-scenario.ts";
export {
  conformRandomly,
  type RandomFinding,
  type RandomOptions,
  type RandomResult,
} from "./random-conform.ts";
export { type StillShows, shrinkScenario } from "./shrink.ts";
export {
  beside,
  isRaceTarget,
  parseTargetName,
  type RaceTarget,
  type StepListener,
  type Target,
  type TargetName,
  type TargetOptions,
} from "./target.ts";
export { NoAnswerError, TargetError } from "./target-error.ts";
export type { Races } from "./wire.ts";
