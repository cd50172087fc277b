import type { Position } from "./ast.ts";

/** `end` closes every line, so that there is always a token to point at. */
export interface Token {
  readonly kind: "word" | "number" | "symbol" | "unknown" | "end";
  readonly text: string;
  readonly at: Position;
}

/** A line of a scenario: nothing in the language spans two. */
export interface Line {
  readonly tokens: readonly Token[];
  readonly comment: string | undefined; // without its `#`
}

/**
 * A hyphen is part of a word only before a letter: `exclude-kernel` is one word, `slots-1` are three
 * tokens. A number takes the letters that follow it along, so that `8x` is one wrong number.
 */
const TOKEN =
  /\s+|(?<word>[A-Za-z_]\w*(?:-[A-Za-z_]\w*)*)|(?<number>\d\w*)|(?<symbol>->|<<|\.\.|[-:+*/()[\]{}&,=])|(?<unknown>.)/gu;

export function tokenize(text: string): Line[] {
  return text.split("\n").map((line, index) => tokenizeLine(line, index + 1));
}

function tokenizeLine(source: string, line: number): Line {
  const hash = source.indexOf("#");
  const code = hash < 0 ? source : source.slice(0, hash);
  const tokens: Token[] = [];
  for (const match of code.matchAll(TOKEN)) {
    const kind = kindOf(match.groups ?? {});
    if (kind === undefined) continue; // white space
    tokens.push({ kind, text: match[0], at: { line, column: match.index + 1 } });
  }
  const column = code.trimEnd().length + 1;
  tokens.push({ kind: "end", text: "", at: { line, column } });
  return { tokens, comment: hash < 0 ? undefined : source.slice(hash + 1).trim() };
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): Token["kind"] | undefined {
  const { word, number, symbol, unknown } = groups;
  if (word !== undefined) return "word";
  if (number !== undefined) return "number";
  if (symbol !== undefined) return "symbol";
  return unknown === undefined ? undefined : "unknown";
}

const HIGHEST = 2n ** 64n - 1n;

/** The number a token stands for, or undefined where it is none, or none that can be held. */
export function literalValue(text: string): number | undefined {
  if (!/^(?:\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(text)) return undefined;
  const exact = BigInt(text);
  const value = Number(exact);
  return exact <= HIGHEST && BigInt(value) === exact ? value : undefined;
}
