/**
 * Holds debug registers until it is killed, as a debugger left behind would.
 *
 *     node hold-registers.ts cpu 4     four on each CPU
 *     node hold-registers.ts task 4    four of its own first thread
 */
import { PERF_FORMAT_ID, PERF_TYPE_BREAKPOINT } from "../../src/abi/index.ts";
import { HW_BREAKPOINT_W } from "../../src/arch/index.ts";
import { onlineCpus, openSys, PerfEvent } from "../../src/linux/index.ts";

const [kind, count] = process.argv.slice(2);
const sys = openSys();
const lanes =
  kind === "cpu" ? onlineCpus().map((cpu) => ({ pid: -1, cpu })) : [{ pid: 0, cpu: -1 }];
const held = lanes.flatMap((lane) =>
  Array.from({ length: Number(count) }, (_, index) => {
    const event = PerfEvent.open(
      sys,
      {
        type: PERF_TYPE_BREAKPOINT,
        bpType: HW_BREAKPOINT_W,
        bpAddr: 0x1000n + BigInt(index * 8),
        bpLen: 8,
        readFormat: PERF_FORMAT_ID,
        flags: ["disabled", "excludeKernel", "excludeHv"],
      },
      { ...lane, tellsLost: false },
    );
    if (!event.ok) throw new Error(`hold register ${index}: ${event.error}`);
    return event.value;
  }),
);
process.stdin.resume(); // lives as long as its parent
console.log(`held=${held.length}`);
