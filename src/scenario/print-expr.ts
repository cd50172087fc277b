import type { Place, Range, Value } from "./action.ts";
import type { Declared, Expr, Ref, Written } from "./ast.ts";
import type { BpTypeName } from "./vocabulary.ts";

/** How names and numbers are shown: as written, or as what they stand for in one turn of a loop. */
export interface Show {
  num(expr: Expr): string;
  ref(ref: Ref): string;
}

export const AS_WRITTEN: Show = {
  num: printExpr,
  ref: (ref) => (ref.index === undefined ? ref.name : `${ref.name}[${printExpr(ref.index)}]`),
};

const BINDING = { "<<": 1, "+": 2, "-": 2, "*": 3, "/": 3 } as const;
type Operator = keyof typeof BINDING;

/** With the fewest parentheses: operators group to the left. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return printNumber(expr.value, expr.hex);
    case "name":
      return expr.name;
    case "binary": {
      const left = wrapped(expr.left, BINDING[expr.operator] - 1);
      const right = wrapped(expr.right, BINDING[expr.operator]);
      return `${left} ${expr.operator} ${right}`;
    }
  }
}

/** Parentheses for an operand whose operator binds no tighter than `outer`. */
function wrapped(expr: Expr, outer: number): string {
  const text = printExpr(expr);
  const binding = expr.kind === "binary" ? BINDING[expr.operator satisfies Operator] : 4;
  return binding > outer ? text : `(${text})`;
}

/** Every digit of it: beyond 2^53 String() rounds to the shortest decimal that reads back. */
export function printNumber(value: number, hex: boolean): string {
  return hex ? `0x${value.toString(16)}` : BigInt(value).toString();
}

export function printDeclared({ name, count }: Declared): string {
  return count === undefined ? name : `${name}[${printExpr(count)}]`;
}

/** `x`, `x+4`, `x + 4 * i`, `x + (1 << i)`. */
export function printPlace(place: Place<Written>, show: Show): string {
  const name = show.ref(place.name);
  if (place.offset === undefined) return name;
  const offset = show.num(place.offset);
  if (!offset.includes(" ")) return `${name}+${offset}`;
  return offset.includes("<<") ? `${name} + (${offset})` : `${name} + ${offset}`;
}

export function printValue(value: Value<Written>, show: Show): string {
  return value.kind === "number" ? show.num(value.value) : `&${printPlace(value.place, show)}`;
}

export function printRange({ low, high }: Range<Written>, show: Show): string {
  const from = show.num(low);
  const to = show.num(high);
  return from === to ? from : `${from}..${to}`;
}

export function printCpu(cpu: Expr, show: Show): string {
  const number = show.num(cpu);
  return /^\d{1,9}$/.test(number) ? `cpu${number}` : `cpu ${number}`;
}

export function printType(type: BpTypeName | Expr, show: Show): string {
  return typeof type === "string" ? type : `type ${show.num(type)}`;
}

/** The word and its number, or nothing. */
export function printOptional(word: string, value: Expr | undefined, show: Show): string[] {
  return value === undefined ? [] : [word, show.num(value)];
}
