import type { JumpTest } from "../../linux/index.ts";
import type { BinaryOp } from "./expression.ts";

/** Comparisons and the jumps of eBPF that decide them. */
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

export const SIGNED_TEST: Readonly<Record<Comparison, JumpTest>> = {
  "==": "eq",
  "!=": "ne",
  "<": "slt",
  "<=": "sle",
  ">": "sgt",
  ">=": "sge",
};
export const UNSIGNED_TEST: Readonly<Record<Comparison, JumpTest>> = {
  ...SIGNED_TEST,
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};
/** Whether the comparison holds when its left-hand side is the lesser. */
export const BELOW: Readonly<Record<Comparison, boolean>> = {
  "==": false,
  "!=": true,
  "<": true,
  "<=": true,
  ">": false,
  ">=": false,
};
/** The comparison with its sides changed. */
export const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

export function isComparison(op: BinaryOp): op is Comparison {
  return op in SIGNED_TEST;
}
