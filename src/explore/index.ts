/**
 * Every interleaving of any `Model`: search, reduction, properties, shrinking, replay.
 * It must not know what is explored: no kernel, no breakpoint, no clock and no worker of its own.
 */
export { Cell, CellRow } from "./cell.ts";
export { certify } from "./certify.ts";
export { CheckpointError } from "./checkpoint.ts";
export { type Colleague, serveSearch } from "./crew.ts";
export { type AgentOptions, defineModel, ModelBuilder } from "./define-model.ts";
export { type Endless, type EndlessResult, findEndless } from "./endless.ts";
export type { Counterexample, Exploration } from "./exploration.ts";
export { type ExploreOptions, explore, type Search, search, type Together } from "./explore.ts";
export {
  type FewestOptions,
  type FewestRun,
  FewestSwitches,
} from "./fewest-switches.ts";
export type { Bound, Limits, Progress, Watch } from "./limits.ts";
export { conflicts, type Footprint, type Mark, type Memory } from "./memory.ts";
export {
  type Action,
  type Failure,
  type Goal,
  type Model,
  type Move,
  STEP,
  type StepEnd,
  type Symmetry,
} from "./model.ts";
export { FIXED_SEED, type Random, randomWords, type Seed } from "./random.ts";
export { type Replay, replay } from "./replay.ts";
export { shrink, switchesIn } from "./shrink.ts";
export { BLOCKED, END, type Step, type Touches } from "./step.ts";
export { type WalkOptions, walk } from "./walk.ts";
