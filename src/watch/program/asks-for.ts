import type { Bound } from "../condition/bind.ts";
import type { NumberInput } from "../condition/expression.ts";

/** Whether a condition asks for this anywhere. */
export function asksFor(bound: Bound, what: NumberInput | "comm"): boolean {
  switch (bound.kind) {
    case "integer":
    case "in":
      return false;
    case "comm":
      return what === "comm";
    case "input":
      return bound.name === what;
    case "unary":
      return asksFor(bound.operand, what);
    case "binary":
      return asksFor(bound.left, what) || asksFor(bound.right, what);
  }
}
