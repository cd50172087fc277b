/** What a hit can be asked for as a number. */
export const NUMBER_INPUTS = ["value", "old", "tid", "pid", "cpu", "ip", "kernel"] as const;
export type NumberInput = (typeof NUMBER_INPUTS)[number];

/** Left to right, from those that bind loosest. Comparisons stand alone: `a < b < c` is refused. */
export const PRECEDENCE = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
] as const;

export type BinaryOp = (typeof PRECEDENCE)[number][number];
export type UnaryOp = "-" | "~" | "!";

/**
 * A condition as it was written. It becomes one that can be decided once it is known what `value`
 * is and where functions lie (see `bind`), which differs from watch to watch.
 */
export type Expression =
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "input"; readonly name: NumberInput; readonly column: number }
  /** `ON` or `mode::ON`: an enumerator of the watched variable's type, or `true` or `false`. */
  | { readonly kind: "constant"; readonly name: string; readonly column: number }
  | {
      readonly kind: "unary";
      readonly op: UnaryOp;
      readonly operand: Expression;
    }
  | {
      readonly kind: "binary";
      readonly op: BinaryOp;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `comm == "worker"` */
  | { readonly kind: "comm"; readonly equal: boolean; readonly text: string }
  /** `ip in store`: the access was made by the function's own code. */
  | { readonly kind: "in"; readonly name: string; readonly column: number };

/** Whether an expression asks for one of these anywhere. */
export function asksFor(expression: Expression, names: readonly NumberInput[]): boolean {
  switch (expression.kind) {
    case "input":
      return names.includes(expression.name);
    case "unary":
      return asksFor(expression.operand, names);
    case "binary":
      return asksFor(expression.left, names) || asksFor(expression.right, names);
    default:
      return false;
  }
}

/** The functions that an expression names, and where it does. */
export function functionsOf(
  expression: Expression,
): readonly { readonly name: string; readonly column: number }[] {
  switch (expression.kind) {
    case "in":
      return [expression];
    case "unary":
      return functionsOf(expression.operand);
    case "binary":
      return [...functionsOf(expression.left), ...functionsOf(expression.right)];
    default:
      return [];
  }
}
