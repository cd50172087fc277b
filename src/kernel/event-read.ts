import { Violation } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { failure } from "./outcome.ts";

/** kernel: perf_read_group(), __perf_read_group_add(): the children's groups must be the same. */
export function readCount(k: Kernel, event: number): number {
  if (!k.hasFlag(event, "readsGroup")) return totalCount(k, event);
  const { childList } = k.event;
  for (let it = childList.next(event, 0); it !== 0; it = childList.next(event, it)) {
    if (siblingsOf(k, it) === siblingsOf(k, event)) continue;
    if (k.lacks("Z38")) throw new Violation("out-of-bounds", "a child's group is a smaller one");
    return failure("ECHILD");
  }
  return totalCount(k, event);
}

function siblingsOf(k: Kernel, leader: number): number {
  const { events } = k.ctx;
  const ctx = k.event.ctx.get(leader);
  let siblings = 0;
  for (let it = events.next(ctx, 0); it !== 0; it = events.next(ctx, it)) {
    if (k.event.groupLeader.get(it) === leader) siblings++;
  }
  return siblings;
}

/** kernel: perf_event_read_value(). The event, its living children, and those that have exited. */
export function totalCount(k: Kernel, event: number): number {
  let total = k.event.count.get(event) + k.event.childCount.get(event);
  const { childList } = k.event;
  for (let it = childList.next(event, 0); it !== 0; it = childList.next(event, it))
    total += k.event.count.get(it);
  return total;
}

export function totalSamples(k: Kernel, event: number): number {
  let total = k.event.samples.get(event);
  const { childList } = k.event;
  for (let it = childList.next(event, 0); it !== 0; it = childList.next(event, it))
    total += k.event.samples.get(it);
  return total;
}
