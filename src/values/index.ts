/**
 * Types of variables as plain data, and values printed as they are.
 * It knows nothing of debug info, of processes, or of who asks.
 */

export { formatValue, type ValueFormat } from "./format-value.ts";
export type { EnumType, Member, TypeDesc } from "./type-desc.ts";
