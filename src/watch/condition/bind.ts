import { err, ok, type Result } from "../../base/index.ts";
import { type BinaryOp, type Expression, type NumberInput, PRECEDENCE } from "./expression.ts";

/** How the watched bytes are a number: little-endian, of one to eight bytes. */
export interface ValueType {
  readonly bytes: number;
  /** Two's complement. */
  readonly signed: boolean;
}

/** Code from `start` up to, and without, `end`. */
export interface CodeRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** What a condition must know of the watch that it is for. */
export interface Binding {
  /** Undefined where there is no value: a watch of execution, or a range of more than 8 bytes. */
  readonly value: ValueType | undefined;
  /** Why, in that case. */
  readonly noValue: string;
  /** The trap comes after the access: the instruction lies before the address that is told. */
  readonly trapsAfter: boolean;
  /** Where the named function's code lies; every name has been looked up before. */
  readonly functions: ReadonlyMap<string, readonly CodeRange[]>;
}

/**
 * A condition that can be decided. Every number has 64 bits; `signed` says how they are meant:
 *
 * - what fits 63 bits is signed, so that differences of counters are; only `ip`, unsigned values of
 *   eight bytes, and integers from 2^63 are unsigned
 * - the result of arithmetic is unsigned if one side is, and wraps; comparing is as in mathematics
 * - x / 0 is 0, x % 0 is x; a shift goes by the count modulo 64, to the right with the sign if any
 */
export type Bound = { readonly signed: boolean } & (
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "input"; readonly name: NumberInput }
  | { readonly kind: "unary"; readonly op: "-" | "~" | "!"; readonly operand: Bound }
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Bound; readonly right: Bound }
  | { readonly kind: "comm"; readonly equal: boolean; readonly text: string }
  | { readonly kind: "in"; readonly after: boolean; readonly ranges: readonly CodeRange[] }
);

const TRUTHS: readonly string[] = [...PRECEDENCE[0], ...PRECEDENCE[1], ...PRECEDENCE[2]];
const SHIFTS: readonly string[] = PRECEDENCE[6];
const MAX_I64 = (1n << 63n) - 1n;
const REGISTER_BYTES = 8;

/** Fits a condition to one watch. The error tells the column and why it cannot be decided there. */
export function bind(
  expression: Expression,
  binding: Binding,
): Result<Bound, { readonly column: number; readonly problem: string }> {
  switch (expression.kind) {
    case "integer":
      return ok({ ...expression, signed: expression.value <= MAX_I64 });
    case "comm":
      return ok({ ...expression, signed: true });
    case "input":
      return bindInput(expression, binding);
    case "in": {
      const ranges = binding.functions.get(expression.name) ?? [];
      return ok({ kind: "in", ranges, after: binding.trapsAfter, signed: true });
    }
    case "unary": {
      const operand = bind(expression.operand, binding);
      if (!operand.ok) return operand;
      const signed = expression.op === "!" || operand.value.signed;
      return ok({ kind: "unary", op: expression.op, operand: operand.value, signed });
    }
    case "binary": {
      const { op } = expression;
      const left = bind(expression.left, binding);
      if (!left.ok) return left;
      const right = bind(expression.right, binding);
      if (!right.ok) return right;
      const signed = isSigned(op, left.value.signed, right.value.signed);
      return ok({ kind: "binary", op, left: left.value, right: right.value, signed });
    }
  }
}

function isSigned(op: BinaryOp, left: boolean, right: boolean): boolean {
  if (TRUTHS.includes(op)) return true;
  return SHIFTS.includes(op) ? left : left && right;
}

function bindInput(
  { name, column }: Expression & { kind: "input" },
  { value, noValue }: Binding,
): Result<Bound, { readonly column: number; readonly problem: string }> {
  if (name !== "value" && name !== "old") return ok({ kind: "input", name, signed: name !== "ip" });
  if (value === undefined) return err({ column, problem: noValue });
  return ok({ kind: "input", name, signed: value.signed || value.bytes < REGISTER_BYTES });
}
