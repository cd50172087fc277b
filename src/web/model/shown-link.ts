import type { RecordedRun } from "../../recording/index.ts";
import { canBeReplayed, linkText, replayableOfRun, tokenOf } from "./model-link.ts";
import type { Order } from "./other-order.ts";

/** The address of a step of a run, in one of its orders, on the page that is open. */
export async function linkOf(run: RecordedRun, step: number, order: Order): Promise<string> {
  const token = await tokenOf(replayableOfRun(run));
  return new URL(linkText({ token, step, order }), location.href).href;
}

/** The address bar follows, without a page more to go back to. */
export async function showLink(run: RecordedRun, step: number, order: Order): Promise<void> {
  if (canBeReplayed(run)) history.replaceState(undefined, "", await linkOf(run, step, order));
}
