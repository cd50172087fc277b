import { err, ok, type Result } from "../../base/index.ts";
import { type BinaryOp, type Expression, NUMBER_INPUTS, PRECEDENCE } from "./expression.ts";
import { type ConditionError, type Token, tokenize } from "./tokens.ts";

/** What may stand in a condition, whatever is watched. */
export const KNOWN = "value, old, tid, pid, cpu, comm, kernel, ip and ip in FUNCTION";
const COMPARISONS: readonly string[] = PRECEDENCE[2];
/** The kernel keeps 15 bytes of a task's name. */
const COMM_BYTES = 15;
/** Deeper than anybody writes, and shallow enough for the 512 bytes of stack that eBPF has. */
const MAX_DEPTH = 20;

/** Reads a condition. The error points at the column and says what is known there. */
export function parseCondition(text: string): Result<Expression, ConditionError> {
  const tokens = tokenize(text);
  if (!tokens.ok) return tokens;
  try {
    const parser = new Parser(tokens.value);
    return ok(parser.whole());
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    return err({ text, column: error.column, problem: error.message });
  }
}

/** Thrown through the recursion, and caught where it began. */
class Complaint extends Error {
  readonly column: number;

  constructor(token: { readonly column: number }, problem: string) {
    super(problem);
    this.column = token.column;
  }
}

class Parser {
  private at = 0;
  private depth = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Expression {
    if (this.peek().kind === "end") throw new Complaint(this.peek(), `a condition over ${KNOWN}`);
    const expression = this.binary(0);
    const rest = this.peek();
    if (rest.kind === "end") return expression;
    const expected = rest.text === ")" ? "no ( is open" : "an operator or the end is expected here";
    throw new Complaint(rest, expected);
  }

  private binary(level: number): Expression {
    const operators: readonly string[] | undefined = PRECEDENCE[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const token = this.peek();
      const op = PRECEDENCE[level]?.find((it) => it === token.text);
      if (token.kind !== "operator" || op === undefined) return left;
      this.at += 1;
      const right = this.binary(level + 1);
      left = { kind: "binary", op, left, right };
      this.requireNoChain(op);
    }
  }

  /** `a < b < c` compares a truth value with c: nobody means that. */
  private requireNoChain(op: BinaryOp): void {
    const next = this.peek();
    if (!COMPARISONS.includes(op) || !COMPARISONS.includes(next.text)) return;
    throw new Complaint(next, "comparisons do not chain: write a < b && b < c, or parentheses");
  }

  private unary(): Expression {
    const token = this.peek();
    if (token.kind === "operator" && isUnary(token.text)) {
      this.at += 1;
      const op = token.text;
      return this.nested(token, () => ({ kind: "unary", op, operand: this.unary() }));
    }
    return this.primary();
  }

  private primary(): Expression {
    const token = this.peek();
    if (token.kind === "integer") {
      this.at += 1;
      return { kind: "integer", value: token.value };
    }
    if (token.kind === "operator" && token.text === "(") {
      this.at += 1;
      const inner = this.nested(token, () => this.binary(0));
      this.expect(")");
      return inner;
    }
    if (token.kind === "name") return this.named(token);
    if (token.kind === "string") return this.commFromRight(token);
    throw new Complaint(token, `expected ${KNOWN}, an integer or (`);
  }

  private named(token: Token): Expression {
    this.at += 1;
    if (token.text === "comm") return this.comm(token);
    if (token.text === "ip" && this.peek().text === "in") return this.ipIn();
    const input = NUMBER_INPUTS.find((it) => it === token.text);
    if (input !== undefined) return { kind: "input", name: input, column: token.column };
    // It may be an enumerator: that is known once the type of what is watched is.
    return { kind: "constant", name: token.text, column: token.column };
  }

  private comm(token: Token): Expression {
    const op = this.peek();
    if (op.text !== "==" && op.text !== "!=") {
      throw new Complaint(op, 'comm is compared by == or != with a string, as comm == "worker"');
    }
    this.at += 1;
    const text = this.peek();
    if (text.kind !== "string") {
      throw new Complaint(text, 'a string is expected, as comm == "worker"');
    }
    this.at += 1;
    return this.commExpression(token, op.text === "==", text);
  }

  /** `"worker" == comm` */
  private commFromRight(token: Token): Expression {
    this.at += 1;
    const op = this.peek();
    const name = this.tokens[this.at + 1];
    if ((op.text !== "==" && op.text !== "!=") || name?.text !== "comm") {
      throw new Complaint(token, 'a string is only compared with comm, as comm == "worker"');
    }
    this.at += 2;
    return this.commExpression(name, op.text === "==", token);
  }

  private commExpression(name: Token, equal: boolean, literal: Token): Expression {
    const text = literal.kind === "string" ? literal.value : "";
    const bytes = utf8Length(text);
    if (bytes > COMM_BYTES) {
      const problem = `${bytes} bytes: the kernel keeps ${COMM_BYTES} of a task's name, so this is never equal`;
      throw new Complaint(literal, problem);
    }
    const next = this.peek();
    if (COMPARISONS.includes(next.text)) {
      throw new Complaint(next, "comparisons do not chain: write && between them");
    }
    return this.nested(name, () => ({ kind: "comm", equal, text }));
  }

  private ipIn(): Expression {
    this.at += 1;
    const token = this.peek();
    this.at += 1;
    if (token.kind === "string") return { kind: "in", name: token.value, column: token.column };
    if (token.kind === "name") return { kind: "in", name: token.text, column: token.column };
    throw new Complaint(token, 'a function is expected, as ip in store or ip in "ns::f(int)"');
  }

  private nested(token: Token, inner: () => Expression): Expression {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new Complaint(token, `nested deeper than ${MAX_DEPTH}`);
    const expression = inner();
    this.depth -= 1;
    return expression;
  }

  private expect(text: string): void {
    const token = this.peek();
    if (token.text !== text) throw new Complaint(token, `an operator or ${text} is expected here`);
    this.at += 1;
  }

  private peek(): Token {
    const token = this.tokens[Math.min(this.at, this.tokens.length - 1)];
    return token ?? { kind: "end", column: 0, text: "" };
  }
}

function isUnary(text: string): text is "-" | "~" | "!" {
  return text === "-" || text === "~" || text === "!";
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
