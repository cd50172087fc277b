import { unreachable } from "../../base/index.ts";
import type { Bound } from "./bind.ts";
import type { BinaryOp } from "./expression.ts";
import { numberIn, type ValueType } from "./value-type.ts";

/** What a hit says. Undefined is not known: then neither may be what depends on it. */
export interface Inputs {
  /** The watched bytes, little-endian and without a sign; `type` tells whether they have one. */
  readonly value: bigint | undefined;
  readonly old: bigint | undefined;
  readonly tid: number;
  readonly pid: number;
  readonly cpu: number;
  readonly ip: bigint;
  readonly kernel: boolean;
  readonly comm: string;
  readonly type: ValueType | undefined;
}

/** Whether the condition holds; undefined where that depends on what is not known. */
export function decide(condition: Bound, inputs: Inputs): boolean | undefined {
  const value = evaluate(condition, inputs);
  return value === undefined ? undefined : value !== 0n;
}

/** The value of an expression, within 64 bits as its `signed` has it. */
export function evaluate(bound: Bound, inputs: Inputs): bigint | undefined {
  switch (bound.kind) {
    case "integer":
      return bound.value;
    case "input":
      return inputOf(bound, inputs);
    case "comm":
      return truth((inputs.comm === bound.text) === bound.equal);
    case "in":
      return truth(isIn(bound, inputs));
    case "unary": {
      const operand = evaluate(bound.operand, inputs);
      if (operand === undefined) return undefined;
      if (bound.op === "!") return truth(operand === 0n);
      return wrap(bound.op === "-" ? -operand : ~operand, bound.signed);
    }
    case "binary":
      return evaluateBinary(bound, inputs);
  }
}

function inputOf({ name, signed }: Bound & { kind: "input" }, inputs: Inputs): bigint | undefined {
  if (name === "kernel") return truth(inputs.kernel);
  const raw = inputs[name];
  if (raw === undefined) return undefined;
  const { type } = inputs;
  if ((name === "value" || name === "old") && type !== undefined) {
    return numberIn(BigInt(raw), type);
  }
  return wrap(BigInt(raw), signed);
}

/** The kernel's code and that of processes have no address in common. */
function isIn({ ranges, after }: Bound & { kind: "in" }, { ip }: Inputs): boolean {
  const at = after ? ip - 1n : ip;
  return ranges.some(({ start, end }) => at >= start && at < end);
}

function evaluateBinary(bound: Bound & { kind: "binary" }, inputs: Inputs): bigint | undefined {
  const { op, signed } = bound;
  const left = evaluate(bound.left, inputs);
  const right = evaluate(bound.right, inputs);
  // What one side decides alone does not need the other.
  if (op === "&&" && (left === 0n || right === 0n)) return 0n;
  if (op === "||" && (isTrue(left) || isTrue(right))) return 1n;
  if (left === undefined || right === undefined) return undefined;
  return compute(op, { left, right, signed });
}

function compute(
  op: BinaryOp,
  { left, right, signed }: { left: bigint; right: bigint; signed: boolean },
): bigint {
  switch (op) {
    case "||":
      return truth(left !== 0n || right !== 0n);
    case "&&":
      return truth(left !== 0n && right !== 0n);
    case "==":
      return truth(left === right);
    case "!=":
      return truth(left !== right);
    case "<":
      return truth(left < right);
    case "<=":
      return truth(left <= right);
    case ">":
      return truth(left > right);
    case ">=":
      return truth(left >= right);
    case "|":
      return wrap(left | right, signed);
    case "^":
      return wrap(left ^ right, signed);
    case "&":
      return wrap(left & right, signed);
    case "<<":
      return wrap(left << (right & 63n), signed);
    case ">>":
      return left >> (right & 63n);
    case "+":
      return wrap(left + right, signed);
    case "-":
      return wrap(left - right, signed);
    case "*":
      return wrap(left * right, signed);
    case "/":
      return divide(left, right, signed);
    case "%":
      return remainder(left, right, signed);
    default:
      return unreachable(op);
  }
}

/** Both sides are first meant as the result is: -1 and an unsigned number divide as 2^64 - 1. */
function divide(left: bigint, right: bigint, signed: boolean): bigint {
  return right === 0n ? 0n : wrap(wrap(left, signed) / wrap(right, signed), signed);
}

function remainder(left: bigint, right: bigint, signed: boolean): bigint {
  return right === 0n ? wrap(left, signed) : wrap(wrap(left, signed) % wrap(right, signed), signed);
}

function wrap(value: bigint, signed: boolean): bigint {
  return signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
}

function truth(value: boolean): bigint {
  return value ? 1n : 0n;
}

function isTrue(value: bigint | undefined): boolean {
  return value !== undefined && value !== 0n;
}
