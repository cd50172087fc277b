import { NULL } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";

/**
 * What hw_breakpoint_add() does of it, for an event of a processor: it stays there, so a period that is
 * changed meanwhile is over at the next hit.
 */
export function beginPeriod(k: Kernel, event: number): void {
  const isOfCpu = k.event.target.get(event) === NULL;
  if (isOfCpu && k.event.samplePeriod.get(event) > 1) startPeriod(k, event);
}

/** kernel: perf_swevent_set_period(). Returns how many periods have gone by. */
export function startPeriod(k: Kernel, event: number): number {
  const left = k.event.periodLeft.get(event);
  if (left < 0) return 0;
  const period = k.event.samplePeriod.get(event);
  const periods = Math.floor((period + left) / period);
  k.event.periodLeft.set(event, left - periods * period);
  return periods;
}
