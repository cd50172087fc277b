/**
 * Names for addresses and addresses for names: ELF symbols, process maps, maps of compilers at run time, kallsyms.
 * It knows nothing of perf: what perf's records tell of mappings and forks is handed in.
 */
export type { SourcePlace } from "./dwarf/line-of.ts";
export type { Frame, LookUp, MmapNote, Tier } from "./frame.ts";
export {
  type Culprit,
  type Doubt,
  type Instruction,
  readsMemory,
  type Trap,
} from "./instructions/index.ts";
export type { NamedAddress, NameFailure, NameQuery } from "./named-address.ts";
export { type Mapping, mappingAt, parseMaps } from "./process-maps.ts";
export { readMaps } from "./process-maps-file.ts";
export { resolveName } from "./resolve-name.ts";
export { Symbolizer, type SymbolizerOptions, type SymbolSource } from "./symbolizer.ts";
export { type Cut, RA, type StackPart, type StepSource, Unwinder } from "./unwind/index.ts";
