/**
 * Names for addresses and addresses for names: ELF symbols, process maps, maps of compilers at run time, kallsyms.
 * It knows nothing of perf: what perf's records tell of mappings and forks is handed in.
 */
export type { Frame, LookUp, MmapNote, Tier } from "./frame.ts";
export type { NamedAddress, NameFailure, NameQuery } from "./named-address.ts";
