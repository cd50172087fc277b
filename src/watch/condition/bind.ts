import { err, ok, type Result } from "../../base/index.ts";
import { type CodeExtent, nearestNames } from "../../symbols/index.ts";
import {
  type BinaryOp,
  type Expression,
  NUMBER_INPUTS,
  type NumberInput,
  PRECEDENCE,
} from "./expression.ts";
import { KNOWN } from "./parse.ts";
import type { ValueType } from "./value-type.ts";

/** What a condition must know of the watch that it is for. */
export interface Binding {
  /** Undefined where there is no value: a watch of execution, or a range of more than 8 bytes. */
  readonly value: ValueType | undefined;
  /** Why, in that case. */
  readonly noValue: string;
  /** The trap comes after the access: the instruction lies before the address that is told. */
  readonly trapsAfter: boolean;
  /** Where the named function's code lies, in ascending order; every name has been looked up before. */
  readonly functions: ReadonlyMap<string, readonly CodeExtent[]>;
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
  | { readonly kind: "in"; readonly after: boolean; readonly ranges: readonly CodeExtent[] }
);

const TRUTHS: readonly string[] = [...PRECEDENCE[0], ...PRECEDENCE[1], ...PRECEDENCE[2]];
const SHIFTS: readonly string[] = PRECEDENCE[6];
const MAX_I64 = (1n << 63n) - 1n;
const REGISTER_BYTES = 8;

/** Why a condition does not fit a watch. */
export interface BindError {
  readonly column: number;
  readonly problem: string;
}

/** Fits a condition to one watch. The error tells the column and why it cannot be decided there. */
export function bind(expression: Expression, binding: Binding): Result<Bound, BindError> {
  switch (expression.kind) {
    case "integer":
      return ok({ ...expression, signed: expression.value <= MAX_I64 });
    case "comm":
      return ok({ ...expression, signed: true });
    case "input":
      return bindInput(expression, binding);
    case "constant":
      return bindConstant(expression, binding);
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
): Result<Bound, BindError> {
  if (name !== "value" && name !== "old") return ok({ kind: "input", name, signed: name !== "ip" });
  if (value === undefined) return err({ column, problem: noValue });
  return ok({ kind: "input", name, signed: value.signed || value.bytes < REGISTER_BYTES });
}

const TRUTH_NAMES: Readonly<Record<string, bigint>> = { true: 1n, false: 0n };
const OTHER_NAMES = ["comm"];
const SHOWN = 12;

/** An enumerator, with its scopes or without, of the type of what this watch is for. */
function bindConstant(
  { name, column }: Expression & { kind: "constant" },
  { value: type }: Binding,
): Result<Bound, BindError> {
  const constants = type?.constants ?? new Map<string, bigint>();
  const last = name.slice(name.lastIndexOf(":") + 1);
  const value = constants.get(name) ?? constants.get(last) ?? TRUTH_NAMES[name];
  if (value !== undefined) return ok({ kind: "integer", value, signed: value <= MAX_I64 });
  const names = [...constants.keys()];
  const near = nearestNames(name, [...NUMBER_INPUTS, ...OTHER_NAMES, ...names]);
  const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  const more =
    names.length === 0 ? "" : `, and the enumerators ${names.slice(0, SHOWN).join(", ")}${rest}`;
  const meant = near.length === 0 ? "" : `: did you mean ${near.join(", ")}?`;
  return err({ column, problem: `no such name: known are ${KNOWN}${more}${meant}` });
}
