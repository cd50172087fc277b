import type { Position } from "./ast.ts";
import { type Diagnostic, listed, nearest, suggestion } from "./diagnostic.ts";
import type { Token } from "./token.ts";

/** Leaves a line that cannot be parsed; `parse` catches it and goes on with the next line. */
export class SyntaxFault extends Error {
  override readonly name = "SyntaxFault";
  readonly diagnostic: Diagnostic;

  constructor(at: Position, message: string) {
    super(message);
    this.diagnostic = { severity: "error", at, message };
  }
}

/**
 * A place in the tokens of one line. Every try that fails is remembered until a token is taken, so
 * that an error can list all that would have been right here.
 */
export class Cursor {
  readonly #tokens: readonly Token[];
  #next = 0;
  #words: string[] = []; // words that were tried here
  #others: string[] = []; // and what is not a certain word, such as "a number"

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get at(): Position {
    return this.#token.at;
  }

  get #token(): Token {
    const token = this.#tokens[this.#next] ?? this.#tokens.at(-1);
    return token ?? { kind: "end", text: "", at: { line: 1, column: 1 } };
  }

  /** Takes the word if it comes next. */
  word(word: string): boolean {
    if (this.#token.kind === "word" && this.#token.text === word) return this.#advance();
    this.#words.push(word);
    return false;
  }

  symbol(symbol: string, what = `"${symbol}"`): boolean {
    if (this.#token.kind === "symbol" && this.#token.text === symbol) return this.#advance();
    this.#others.push(what);
    return false;
  }

  /** Takes the next word if it is one of the list. */
  optional<Word extends string>(words: readonly Word[]): Word | undefined {
    return words.find((word) => this.word(word));
  }

  oneOf<Word extends string>(words: readonly Word[]): Word {
    return this.optional(words) ?? this.fail();
  }

  /** Takes the next word if it matches; `what` names it in errors. */
  matching(pattern: RegExp, what: string): string | undefined {
    const { kind, text } = this.#token;
    if (kind === "word" && pattern.test(text)) {
      this.#advance();
      return text;
    }
    this.#others.push(what);
    return undefined;
  }

  anyWord(what: string): string {
    return this.matching(/^/, what) ?? this.fail();
  }

  /** Takes a token that looks like a number, whatever its value. */
  numeral(): string | undefined {
    const { kind, text } = this.#token;
    if (kind === "number") {
      this.#advance();
      return text;
    }
    this.#others.push("a number");
    return undefined;
  }

  required(symbol: string): void {
    if (!this.symbol(symbol)) this.fail();
  }

  requiredWord(word: string): void {
    if (!this.word(word)) this.fail();
  }

  /** Whether the token after `skipped` others is this symbol; takes nothing. */
  sees(symbol: string, skipped: number): boolean {
    const token = this.#tokens[this.#next + skipped];
    return token?.kind === "symbol" && token.text === symbol;
  }

  atEnd(): boolean {
    if (this.#token.kind === "end") return true;
    this.#others.push("the end of the line");
    return false;
  }

  end(): void {
    if (!this.atEnd()) this.fail();
  }

  /** Whether the next token is a slip of one of the words that were tried. */
  isNearMiss(): boolean {
    const { kind, text } = this.#token;
    return kind === "word" && nearest(text, this.#words) !== undefined;
  }

  /**
   * Gives the line up: what was expected at this token, what was found, and a word that is near.
   * `what` stands for all that was expected, where that is too much to list.
   */
  fail(what?: string): never {
    const { kind, text, at } = this.#token;
    const all = [...this.#words.map((word) => `"${word}"`), ...this.#others];
    const expected = new Set(what === undefined ? all : [what]);
    const found = kind === "end" ? "the end of the line" : `"${text}"`;
    const near = kind === "word" ? suggestion(text, this.#words) : "";
    throw new SyntaxFault(at, `expected ${listed([...expected])}, found ${found}${near}`);
  }

  #advance(): true {
    this.#next++;
    this.#words = [];
    this.#others = [];
    return true;
  }
}
