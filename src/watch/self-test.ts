import { PERF_FORMAT_ID, PERF_TYPE_BREAKPOINT, type PerfEventFlag } from "../abi/index.ts";
import { HW_BREAKPOINT_W } from "../arch/index.ts";
import { err, ok, type Result } from "../base/index.ts";
import { PerfEvent, type Sys } from "../linux/index.ts";

const BYTES = 4096;
const MOST_SLOTS = 16;

/**
 * Watches eight bytes of our own, stores to them once, and tells whether the trap was counted: some
 * virtual machines accept a breakpoint and never fire it. Refused as perf_event_open(2) refuses.
 */
export function selfTest(sys: Sys): Result<"fired" | "silent"> {
  const bytes = new Uint8Array(BYTES);
  const event = watchOwn(sys, bytes, []);
  if (!event.ok) return err(event.error);
  using opened = event.value;
  bytes.fill(1, 0, 16);
  return ok(opened.counts().count > 0n ? "fired" : "silent");
}

/** How many data watches this thread could open now, by trying. Counts what others left free. */
export function freeSlots(sys: Sys): number {
  using opened = new DisposableStack();
  const bytes = new Uint8Array(BYTES);
  for (let slots = 0; slots < MOST_SLOTS; slots += 1) {
    const event = watchOwn(sys, bytes, ["disabled"]);
    if (!event.ok) return slots;
    opened.use(event.value);
  }
  return MOST_SLOTS;
}

/** A write watch on the first aligned eight of these bytes, for this thread only. */
function watchOwn(sys: Sys, bytes: Uint8Array, flags: readonly PerfEventFlag[]): Result<PerfEvent> {
  const attr = {
    type: PERF_TYPE_BREAKPOINT,
    bpType: HW_BREAKPOINT_W,
    bpAddr: (sys.addressOf(bytes) + 7n) & ~7n,
    bpLen: 8,
    readFormat: PERF_FORMAT_ID,
    flags: ["excludeKernel", "excludeHv", ...flags],
  } as const;
  return PerfEvent.open(sys, attr, { pid: 0, cpu: -1, tellsLost: false });
}
