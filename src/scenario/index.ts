/**
 * The scenario language: who does what in which order, and what is expected.
 * It must not know who runs it: no kernel, no machine, no system call.
 */
export type {
  Access,
  AccessKind,
  Action,
  EventAction,
  EventSpec,
  Fate,
  ModifySpec,
  Observation,
  Outcome,
  Place,
  Range,
  Resolved,
  SignalAction,
  Target,
  TaskAction,
  TraceAction,
  Value,
} from "./action.ts";
export type { Expr, Item, Position, Ref, Scenario, Written } from "./ast.ts";
export { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
export { type Expanded, expand } from "./expand.ts";
export { type Loaded, load } from "./load.ts";
export { parse } from "./parse.ts";
export { print } from "./print.ts";
export type { Check, Func, InitialTask, Machine, Program, Step, Variable } from "./program.ts";
export type { ShortBounds } from "./short/draft.ts";
export {
  type ShortMachine,
  type ShortProgram,
  shortPrograms,
  shortScenario,
} from "./short/short-programs.ts";
export { isWordGroup, WORD_GROUPS, type WordGroup } from "./short/words.ts";
export {
  ARCH_NAMES,
  type ArchName,
  BP_TYPES,
  type BpTypeName,
  DESIGN_NAMES,
  type DesignName,
  EVENT_FLAGS,
  type EventFlag,
  type ModifyFlag,
  type PollName,
  PROPERTY_NAMES,
  type PropertyName,
  RAW_FIELDS,
  type RawField,
  type SignalName,
  type UserName,
} from "./vocabulary.ts";
