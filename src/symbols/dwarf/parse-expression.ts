import { err, ok, type Result } from "../../base/index.ts";
import type { Expression } from "./expression.ts";

/** What is wrong with an expression, and at which character, from 0. */
export interface ExpressionError {
  readonly column: number;
  /** What stands behind the text at that column: `is no index: expected …`. */
  readonly problem: string;
}

/** Deeper nesting than any variable has. */
const MAX_DEPTH = 64;
const MAX_TEXT = 4096;
const LAST_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** Reads a variable expression. It is not looked up yet. */
export function parseExpression(text: string): Result<Expression, ExpressionError> {
  try {
    return ok(new Parser(text).parse());
  } catch (error) {
    if (error instanceof Wrong) return err({ column: error.column, problem: error.message });
    throw error;
  }
}

/** Unwinds the parser; never leaves this file. */
class Wrong extends Error {
  readonly column: number;

  constructor(column: number, problem: string) {
    super(problem);
    this.column = column;
  }
}

/** Behind these, a name goes on as a template's arguments: `Box<int>`. */
const NAME_START = /[A-Za-z_$~\u0080-\uffff]/;
const NAME_PART = /[\w$\u0080-\uffff]/;
/** `(struct conn *`, `(char **`; of the stars the last is the cast's own. */
const CAST = /^\(\s*([A-Za-z_][\w:<>, ]*?)\s*(\*(?:\s*\*)*)\s*\)/;
const NUMBER = /^(?:0x[0-9a-f]+|[0-9]+)(?![\w$])/i;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Expression {
    if (this.#text.length > MAX_TEXT) throw new Wrong(MAX_TEXT, "is too long for an expression");
    this.#space();
    const whole = this.#peek() === "@" ? this.#through() : this.#unary();
    this.#space();
    if (this.#at < this.#text.length) {
      throw new Wrong(this.#at, "cannot follow here: expected ., -> or [");
    }
    return whole;
  }

  #through(): Expression {
    const column = this.#at++;
    const base = this.#unary();
    this.#space();
    const sign = this.#peek();
    if (sign !== "+" && sign !== "-") return { kind: "through", column, base, offset: 0n };
    this.#at += 1;
    const bytes = this.#number("is no number of bytes: expected one such as 16 or 0x10");
    return { kind: "through", column, base, offset: sign === "-" ? -bytes : bytes };
  }

  #unary(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new Wrong(this.#at, "is nested too deep");
    this.#space();
    const column = this.#at;
    const cast = CAST.exec(this.#text.slice(column));
    let found: Expression;
    if (this.#peek() === "*") {
      this.#at += 1;
      found = { kind: "target", column, base: this.#unary() };
    } else if (cast !== null) {
      this.#at += cast[0].length;
      const stars = (cast[2] ?? "*").replaceAll(/\s/g, "").slice(1);
      const type = `${cast[1] ?? ""}${stars === "" ? "" : ` ${stars}`}`;
      found = { kind: "cast", column, type, base: this.#unary() };
    } else found = this.#postfix();
    this.#depth -= 1;
    return found;
  }

  #postfix(): Expression {
    let base = this.#primary();
    for (;;) {
      this.#space();
      if (this.#takes("->")) base = { kind: "member", base, arrow: true, ...this.#member() };
      else if (this.#takes(".")) base = { kind: "member", base, arrow: false, ...this.#member() };
      else if (this.#takes("[")) {
        this.#space();
        const column = this.#at;
        const index = this.#number("is no index: expected a number");
        this.#expect("]");
        base = { kind: "index", base, column, index };
      } else return base;
    }
  }

  #primary(): Expression {
    const column = this.#at;
    if (this.#takes("(")) {
      const isScope = this.#text.startsWith("anonymous namespace)", this.#at);
      if (isScope) return this.#nameFrom(column);
      const inner = this.#unary();
      this.#expect(")");
      return inner;
    }
    if (/\d/.test(this.#peek())) {
      const address = this.#number("is no address: expected one such as 0x404100");
      if (address <= LAST_ADDRESS) return { kind: "address", column, address };
      throw new Wrong(column, "is no address: it has more than 64 bits");
    }
    return this.#nameFrom(column);
  }

  /** A tuple's field is a number in Rust; DWARF calls it `__0`. */
  #member(): { readonly column: number; readonly name: string } {
    this.#space();
    const column = this.#at;
    const digits = /^\d+/.exec(this.#text.slice(column))?.[0];
    if (digits !== undefined) {
      this.#at += digits.length;
      return { column, name: `__${digits}` };
    }
    const name = this.#word();
    if (name === "") throw new Wrong(column, "is no member: expected its name");
    return { column, name };
  }

  /** Names with scopes and template arguments, up to a character that cannot be in one. */
  #nameFrom(column: number): Expression {
    this.#at = column;
    for (;;) {
      this.#takes("::");
      const part = this.#scopePart();
      if (part === "") throw new Wrong(this.#at, "is no name: expected a variable");
      if (!this.#text.startsWith("::", this.#at)) break;
    }
    return { kind: "name", column, name: this.#text.slice(column, this.#at) };
  }

  #scopePart(): string {
    const from = this.#at;
    for (const fixed of ["(anonymous namespace)", "(anonymous)"]) {
      if (this.#takes(fixed)) return fixed;
    }
    // Rust's unnamed scopes: `{impl#0}`, `{closure_env#1}`.
    const braced = /^\{[\w#]+\}/.exec(this.#text.slice(from))?.[0];
    if (braced !== undefined) this.#at += braced.length;
    else this.#word();
    if (this.#peek() === "<" && this.#at > from) this.#templateArguments();
    return this.#text.slice(from, this.#at);
  }

  #word(): string {
    const from = this.#at;
    if (!NAME_START.test(this.#peek())) return "";
    do this.#at += 1;
    while (NAME_PART.test(this.#peek()));
    return this.#text.slice(from, this.#at);
  }

  #templateArguments(): void {
    const from = this.#at;
    let open = 0;
    do {
      const it = this.#peek();
      if (it === "") throw new Wrong(from, "is not closed: expected >");
      if (it === "<" || it === "(") open += 1;
      if ((it === ">" && this.#text[this.#at - 1] !== "-") || it === ")") open -= 1;
      this.#at += 1;
    } while (open > 0);
  }

  #number(problem: string): bigint {
    this.#space();
    const digits = NUMBER.exec(this.#text.slice(this.#at))?.[0];
    if (digits === undefined) throw new Wrong(this.#at, problem);
    this.#at += digits.length;
    return BigInt(digits);
  }

  #expect(token: string): void {
    this.#space();
    if (!this.#takes(token)) throw new Wrong(this.#at, `cannot stand here: expected ${token}`);
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #space(): void {
    while (/\s/.test(this.#peek())) this.#at += 1;
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }
}
