import type { Place, Range, Value } from "./action.ts";
import type { Declared, Expr, Ref, Written } from "./ast.ts";
import { type Cursor, SyntaxFault } from "./cursor.ts";
import { literalValue } from "./token.ts";
import type { BpTypeName } from "./vocabulary.ts";

const MAX_OPERATORS = 32; // in one expression; keeps every walk over it shallow

/** From the loosest to the tightest. All group to the left. */
const OPERATORS = [["<<"], ["+", "-"], ["*", "/"]] as const;

/** expr = sum { "<<" sum }, sum = product { ("+" | "-") product }, product = atom { ("*" | "/") atom } */
export function parseExpr(cursor: Cursor): Expr {
  return parseLevel(cursor, 0, { left: MAX_OPERATORS });
}

function parseLevel(cursor: Cursor, level: number, budget: { left: number }): Expr {
  const operators = OPERATORS[level];
  if (operators === undefined) return parseAtom(cursor, budget);
  let left = parseLevel(cursor, level + 1, budget);
  for (;;) {
    const operator = operators.find((it) => cursor.symbol(it, "an operator"));
    if (operator === undefined) return left;
    spend(cursor, budget);
    const right = parseLevel(cursor, level + 1, budget);
    left = { kind: "binary", operator, left, right, at: left.at };
  }
}

/** atom = NUMBER | NAME | "(" expr ")" */
function parseAtom(cursor: Cursor, budget: { left: number }): Expr {
  const at = cursor.at;
  if (cursor.symbol("(")) {
    spend(cursor, budget);
    const inner = parseLevel(cursor, 0, budget);
    cursor.required(")");
    return inner;
  }
  const text = cursor.numeral();
  if (text === undefined) return { kind: "name", name: cursor.anyWord("a loop variable"), at };
  const value = literalValue(text);
  if (value === undefined) {
    const why = "decimal or 0x…, below 2^64, and exact as a double";
    throw new SyntaxFault(at, `"${text}" is not a number of this language: ${why}`);
  }
  return { kind: "number", value, hex: text.startsWith("0x"), at };
}

function spend(cursor: Cursor, budget: { left: number }): void {
  if (budget.left-- > 0) return;
  throw new SyntaxFault(cursor.at, `an expression has at most ${MAX_OPERATORS} operators`);
}

/** ref = NAME [ "[" expr "]" ] */
export function parseRef(cursor: Cursor, what: string): Ref {
  const at = cursor.at;
  const name = cursor.anyWord(what);
  return { name, index: parseIndex(cursor), at };
}

export function parseDeclared(cursor: Cursor, what: string): Declared {
  const at = cursor.at;
  const name = cursor.anyWord(what);
  return { name, count: parseIndex(cursor), at };
}

function parseIndex(cursor: Cursor): Expr | undefined {
  if (!cursor.symbol("[")) return undefined;
  const index = parseExpr(cursor);
  cursor.required("]");
  return index;
}

/** place = ref [ "+" expr ] */
export function parsePlace(cursor: Cursor): Place<Written> {
  const name = parseRef(cursor, "a variable or a function");
  return { name, offset: cursor.symbol("+") ? parseExpr(cursor) : undefined };
}

/** value = "&" place | expr */
export function parseValue(cursor: Cursor): Value<Written> {
  if (cursor.symbol("&")) return { kind: "address", place: parsePlace(cursor) };
  return { kind: "number", value: parseExpr(cursor) };
}

/** range = expr [ ".." expr ] */
export function parseRange(cursor: Cursor): Range<Written> {
  const low = parseExpr(cursor);
  return { low, high: cursor.symbol("..") ? parseExpr(cursor) : low };
}

/** cpu = "cpu0" | "cpu1" | … | "cpu" expr */
export function parseOptionalCpu(cursor: Cursor): Expr | undefined {
  const at = cursor.at;
  const numbered = cursor.matching(/^cpu\d{1,9}$/, 'a CPU such as "cpu0"');
  if (numbered !== undefined) {
    return { kind: "number", value: Number(numbered.slice("cpu".length)), hex: false, at };
  }
  return cursor.word("cpu") ? parseExpr(cursor) : undefined;
}

export function parseCpu(cursor: Cursor): Expr {
  return parseOptionalCpu(cursor) ?? cursor.fail();
}

/** Such as `len 4`; undefined where the word does not come next. */
export function parseOptionalNumber(cursor: Cursor, word: string): Expr | undefined {
  return cursor.word(word) ? parseExpr(cursor) : undefined;
}

const TYPE_NAMES = ["read", "write", "rw", "execute"] as const satisfies BpTypeName[];

/** type = "read" | "write" | "rw" | "execute" | "type" expr */
export function parseOptionalType(cursor: Cursor): BpTypeName | Expr | undefined {
  const name = cursor.optional(TYPE_NAMES);
  if (name !== undefined) return name;
  return cursor.word("type") ? parseExpr(cursor) : undefined;
}

export function parseType(cursor: Cursor): BpTypeName | Expr {
  return parseOptionalType(cursor) ?? cursor.fail();
}
