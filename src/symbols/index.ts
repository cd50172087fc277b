/**
 * Names for addresses and addresses for names: debug info, ELF symbols, process maps, maps of compilers at run time, kallsyms.
 * It knows nothing of perf: what perf's records tell of mappings and forks is handed in.
 */

export type { TypeDesc } from "../values/index.ts";
export type { CodeExtent } from "./code-extent.ts";
export { formatExpression } from "./dwarf/expression.ts";
export type { CodePlace, SourcePlace } from "./dwarf/line-of.ts";
export {
  type ListedVariable,
  type ListQuery,
  listVariables,
} from "./dwarf/list-variables.ts";
export { parseExpression } from "./dwarf/parse-expression.ts";
export {
  type NamedPlace,
  type PlaceFailure,
  type PlaceQuery,
  resolveExpression,
} from "./dwarf/resolve-expression.ts";
export { nearestNames } from "./edit-distance.ts";
export type { Frame, LookUp, MmapNote, Tier } from "./frame.ts";
export { type FunctionCode, functionCode, kernelFunctionCode } from "./function-code.ts";
export {
  type Culprit,
  type Doubt,
  type Instruction,
  type MemoryOperand,
  readsMemory,
  type Trap,
} from "./instructions/index.ts";
export type { NamedAddress, NameFailure, NameQuery } from "./named-address.ts";
export { type Mapping, mappingAt, parseMaps } from "./process-maps.ts";
export { readMaps } from "./process-maps-file.ts";
export { resolveName } from "./resolve-name.ts";
export { Symbolizer, type SymbolizerOptions, type SymbolSource } from "./symbolizer.ts";
export { type Cut, RA, type StackPart, type StepSource, Unwinder } from "./unwind/index.ts";
