import { useEffect, useRef, useState } from "preact/hooks";
import type { RecordedRun } from "../../recording/index.ts";
import { canBeReplayed } from "./model-link.ts";
import { type Order, type OtherOrder, otherOrder } from "./other-order.ts";

export interface OrderChoice {
  readonly order: Order;
  readonly other: OtherOrder;
  /** Undefined where the run cannot be done again, and so in no other order. */
  readonly toggle: (() => void) | undefined;
}

export interface OrderOptions {
  /** What a link asks for. */
  readonly wanted: Order | undefined;
  /** Told of the run that is shown from now on, and whether it is the one that was wanted. */
  readonly onChange: (run: RecordedRun, order: Order, isWanted: boolean) => void;
}

/** The run as it was found or, once it is asked for, with the fewest switches. */
export function useOrder(run: RecordedRun, { wanted, onChange }: OrderOptions) {
  const [order, setOrder] = useState<Order>("found");
  const [other, setOther] = useState<OtherOrder>({ kind: "unasked" });
  // Of the search that somebody waits for.
  const search = useRef<object | undefined>(undefined);

  const show = (to: Order, of: RecordedRun, isWanted = false) => {
    setOrder(to);
    onChange(of, to, isWanted);
  };
  const look = async (isWanted: boolean) => {
    const own = {};
    search.current = own;
    const isAwaited = () => search.current === own;
    setOther({ kind: "looking", states: 0 });
    const result = await otherOrder(run, {
      now: () => performance.now(),
      pause: async (states) => {
        if (isAwaited()) setOther({ kind: "looking", states });
        await new Promise((resolve) => setTimeout(resolve));
        return isAwaited();
      },
    });
    if (!isAwaited()) return;
    setOther(result);
    if (result.kind === "other") show("fewest", result.run, isWanted);
  };
  const stop = () => {
    search.current = undefined;
    setOther({ kind: "unasked" });
  };
  const toggle = () => {
    if (other.kind === "looking") stop();
    else if (other.kind === "unasked") void look(false);
    else if (other.kind === "other") {
      if (order === "fewest") show("found", run);
      else show("fewest", other.run);
    }
  };
  const canToggle = canBeReplayed(run);
  useEffect(() => {
    setOrder("found");
    stop();
    if (wanted === "fewest" && canToggle) void look(true);
    return () => {
      search.current = undefined;
    };
  }, [run]);
  const shown = order === "fewest" && other.kind === "other" ? other.run : run;
  const choice: OrderChoice = { order, other, toggle: canToggle ? toggle : undefined };
  return { shown, choice };
}
