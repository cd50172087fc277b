import { err, ok, type Result } from "../../base/index.ts";

/** Why an expression cannot be read. Columns count from 0. */
export interface ConditionError {
  readonly text: string;
  readonly column: number;
  readonly problem: string;
}

/** One word of an expression, and where it begins. `end` stands behind the last. */
export type Token = { readonly column: number; readonly text: string } & (
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "name" }
  | { readonly kind: "operator" }
  | { readonly kind: "end" }
);

/** Operators, the longer ones first. */
const OPERATORS = ["&&", "||", "==", "!=", "<=", ">=", "<<", ">>", ..."<>!+-*/%&|^~(),"] as const;

/** A function may be `ns::f`, `lib.so:f`, `f@VERSION` or `f.cold`. */
const NAME = /[\p{L}_$][\p{L}\p{N}_$.@]*(?:::?[\p{L}_$~][\p{L}\p{N}_$.@]*)*/uy;
const NUMBER = /0[xX][0-9a-fA-F]+|0[bB][01]+|\d+/y;
const WORD_AFTER = /[\p{L}\p{N}_]/uy;
const CHAR = /'(?:[^'\\\n]|\\(?:x[0-9a-fA-F]{1,2}|.))'/uy;
const STRING = /"(?:[^"\\\n]|\\(?:x[0-9a-fA-F]{1,2}|.))*"/uy;
const SPACE = /\s*/y;

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  0: "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};
const MAX_U64 = (1n << 64n) - 1n;

/** Splits an expression into its words. */
export function tokenize(text: string): Result<readonly Token[], ConditionError> {
  const tokens: Token[] = [];
  for (let at = skip(text, 0); at < text.length; at = skip(text, at)) {
    const token = nextToken(text, at);
    if (!token.ok) return err({ text, column: at, problem: token.error });
    tokens.push(token.value);
    at += token.value.text.length;
  }
  tokens.push({ kind: "end", column: text.length, text: "" });
  return ok(tokens);
}

function skip(text: string, at: number): number {
  return at + (matchAt(SPACE, text, at)?.length ?? 0);
}

function nextToken(text: string, column: number): Result<Token, string> {
  const number = matchAt(NUMBER, text, column);
  if (number !== undefined) return integer(text, column, number);
  const name = matchAt(NAME, text, column);
  if (name !== undefined) return ok({ kind: "name", column, text: name });
  const char = matchAt(CHAR, text, column);
  if (char !== undefined) return character(column, char);
  const string = matchAt(STRING, text, column);
  if (string !== undefined) {
    const value = unescaped(string.slice(1, -1));
    return value.ok ? ok({ kind: "string", column, text: string, value: value.value }) : value;
  }
  const operator = OPERATORS.find((it) => text.startsWith(it, column));
  if (operator !== undefined) return ok({ kind: "operator", column, text: operator });
  return err(whyNone(text[column] ?? ""));
}

function integer(text: string, column: number, digits: string): Result<Token, string> {
  if (matchAt(WORD_AFTER, text, column + digits.length) !== undefined) {
    return err("a number ends where a letter follows: integers are decimal, 0x… or 0b…");
  }
  if (/^0\d/.test(digits)) {
    return err("a leading 0 means octal to some: write it decimal, or as 0x…");
  }
  const value = BigInt(digits);
  if (value > MAX_U64) return err("it does not fit 64 bits");
  return ok({ kind: "integer", column, text: digits, value });
}

/** A character is its code; only one that is a single byte is clear about what memory holds. */
function character(column: number, text: string): Result<Token, string> {
  const value = unescaped(text.slice(1, -1));
  if (!value.ok) return value;
  const code = value.value.codePointAt(0) ?? 0;
  if (code > 0xff || (code > 0x7f && !text.includes("\\"))) {
    return err("a character of more than one byte: write its bytes as an integer");
  }
  return ok({ kind: "integer", column, text, value: BigInt(code) });
}

function unescaped(text: string): Result<string, string> {
  let unknown: string | undefined;
  const value = text.replaceAll(/\\(x[0-9a-fA-F]{1,2}|.)/gu, (_, letters: string) => {
    if (/^x./.test(letters)) return String.fromCodePoint(Number.parseInt(letters.slice(1), 16));
    const known = ESCAPES[letters];
    if (known === undefined) unknown = letters;
    return known ?? "";
  });
  if (unknown === undefined) return ok(value);
  return err(`\\${unknown} means nothing: known are \\n \\t \\r \\0 \\xHH \\\\ \\' \\"`);
}

function whyNone(char: string): string {
  if (char === "=") return "to compare, write ==: a condition changes nothing";
  if (char === "'") return "a character is one letter between ', as 'a' or '\\n'";
  if (char === '"') return 'a string ends with "';
  if (char === "?") return "there is no ?: here: use && and ||";
  return "this means nothing in a condition";
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text)?.[0];
  return found === "" ? undefined : found;
}
