/**
 * Callers from registers and a piece of stack: rows of unwind tables in plain data, and walking by them.
 * It asks libdw for each row once; walking itself knows no file, no process and no perf.
 */
export { AddressCache } from "./address-cache.ts";
export type { CfiRow } from "./cfi-row.ts";
export { RA, RBP, RBX, RSP } from "./cfi-row.ts";
export { CfiTable } from "./cfi-table.ts";
export { type Cut, type StackPart, type Step, type StepSource, Unwinder } from "./unwinder.ts";
