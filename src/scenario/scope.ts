import type { Range, Resolved } from "./action.ts";
import type { Expr, Position, Ref, Written } from "./ast.ts";
import { type Diagnostic, listed, suggestion } from "./diagnostic.ts";
import { printNumber, type Show } from "./print-expr.ts";
import { BP_TYPES, type BpTypeName } from "./vocabulary.ts";

const CONSTANTS = ["slots", "inst-slots", "cpus"] as const;

/**
 * Turns what is written into numbers and names, at one point of a scenario: with the constants of
 * one machine and the loop variables as they are now. It collects what is wrong on the way.
 */
export class Scope {
  readonly diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  #values = new Map<string, number>();

  /** In a loop the same line would be reported at every turn: once will do. */
  report(at: Position, message: string, severity: Diagnostic["severity"] = "error"): void {
    const key = `${at.line}:${at.column}:${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.diagnostics.push({ severity, at, message });
  }

  set(name: string, value: number): void {
    this.#values.set(name, value);
  }

  unset(name: string): void {
    this.#values.delete(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** A copy of what has a value now, for `restore`. */
  values(): ReadonlyMap<string, number> {
    return new Map(this.#values);
  }

  restore(values: ReadonlyMap<string, number>): void {
    this.#values = new Map(values);
  }

  num(expr: Expr): number {
    const value = this.#evaluate(expr);
    const isExact = expr.kind === "number" || Number.isSafeInteger(value);
    if (isExact && value >= 0) return value + 0; // turns -0 into 0
    this.report(expr.at, `this comes to ${value}: numbers go from 0 to 2^53, literals to 2^64`);
    return 0;
  }

  filled(expr: Expr | undefined, otherwise: number): number {
    return expr === undefined ? otherwise : this.num(expr);
  }

  within(expr: Expr, [low, high]: readonly [number, number], what: string): number {
    const value = this.num(expr);
    if (low <= value && value <= high) return value;
    this.report(expr.at, `${what} is ${value}: it must be from ${low} to ${high}`);
    return low;
  }

  /** The name a reference stands for, such as `e[3]`. */
  name(ref: Ref): string {
    return ref.index === undefined ? ref.name : `${ref.name}[${this.num(ref.index)}]`;
  }

  type(type: BpTypeName | Expr): number {
    return typeof type === "string" ? BP_TYPES[type] : this.num(type);
  }

  range(range: Range<Written>): Range<Resolved> {
    const low = this.num(range.low);
    const high = this.num(range.high);
    if (high < low)
      this.report(range.low.at, `${low}..${high} is empty: the lower end comes first`);
    return { low, high };
  }

  /** Shows a line as it is at this turn of the loops. */
  get show(): Show {
    return {
      num: (expr) => printNumber(this.num(expr), expr.kind === "number" && expr.hex),
      ref: (ref) => this.name(ref),
    };
  }

  #evaluate(expr: Expr): number {
    switch (expr.kind) {
      case "number":
        return expr.value;
      case "name":
        return this.#values.get(expr.name) ?? this.#unknown(expr);
      case "binary": {
        const left = this.#evaluate(expr.left);
        const right = this.#evaluate(expr.right);
        if (expr.operator === "+") return left + right;
        if (expr.operator === "-") return left - right;
        if (expr.operator === "*") return left * right;
        return expr.operator === "/" ? Math.trunc(left / right) : left * 2 ** right;
      }
    }
  }

  #unknown({ name, at }: Expr & { readonly kind: "name" }): number {
    const near = suggestion(name, this.#values.keys());
    this.report(at, `"${name}" is no loop variable here, nor ${listed(CONSTANTS)}${near}`);
    return 0;
  }
}
