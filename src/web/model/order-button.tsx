import { orderText } from "./order-words.ts";
import type { OrderChoice } from "./use-order.ts";

/** Chooses between the run as it was found and one with the fewest switches, and says what is known. */
export function OrderButton({ order, other, toggle }: OrderChoice) {
  if (toggle === undefined) return null;
  const isOver = other.kind === "none" || other.kind === "refused";
  return (
    <span class="order">
      <button
        type="button"
        aria-pressed={order === "fewest"}
        aria-disabled={isOver}
        onClick={toggle}
      >
        {other.kind === "looking" ? "stop looking" : "fewest switches"}
      </button>
      <span class="soft" role="status">
        {orderText({ order, other })}
      </span>
    </span>
  );
}
