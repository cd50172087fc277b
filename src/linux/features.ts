import { PERF_COUNT_SW_DUMMY, PERF_TYPE_SOFTWARE, type PerfEventFlag } from "../abi/index.ts";
import { PerfEvent } from "./perf-event.ts";
import type { Sys } from "./sys.ts";

/** What this kernel's perf interface knows beyond the oldest that Trapline runs on. */
export interface Features {
  /** PERF_FORMAT_LOST (Linux 6.0): exact loss for each event. */
  readonly formatLost: boolean;
  /** `inherit_thread` (Linux 5.13): threads inherit an event, forked children do not. */
  readonly inheritThread: boolean;
}

/** Asks by opening events that never count, on ourselves: needs no privilege and no register. */
export function probeFeatures(sys: Sys): Features {
  const opens = (tellsLost: boolean, flags: readonly PerfEventFlag[]) => {
    const attr = { type: PERF_TYPE_SOFTWARE, config: PERF_COUNT_SW_DUMMY } as const;
    const all = ["disabled", "excludeKernel", ...flags] as const;
    const at = { pid: 0, cpu: -1, tellsLost };
    const event = PerfEvent.open(sys, { ...attr, flags: all }, at);
    if (event.ok) event.value[Symbol.dispose]();
    return event.ok;
  };
  return {
    formatLost: opens(true, []),
    inheritThread: opens(false, ["inherit", "inheritThread"]),
  };
}
