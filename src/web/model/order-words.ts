import { amount } from "./run-summary.ts";
import type { OrderChoice } from "./use-order.ts";

/** What a reader is to know of the order that he sees, and of the other one. */
export function orderText({ order, other }: Pick<OrderChoice, "order" | "other">): string {
  switch (other.kind) {
    case "unasked":
      return "";
    case "looking":
      return `looking: ${amount(other.states, "state")} …`;
    case "none":
      return other.isAll
        ? "this is it: none has fewer"
        : `none with fewer in ${amount(other.states, "state")}`;
    case "other": {
      const { found, fewest } = other.switches;
      const claim = other.isAll ? "" : ", and perhaps even fewer are enough";
      return order === "fewest"
        ? `${fewest} instead of ${found}${claim}`
        : `${found}; ${fewest} are enough${claim}`;
    }
    case "refused":
      return other.why;
  }
}
