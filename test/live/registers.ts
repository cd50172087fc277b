import { join } from "node:path";
import { PERF_FORMAT_ID, PERF_TYPE_BREAKPOINT } from "../../src/abi/index.ts";
import { HW_BREAKPOINT_W } from "../../src/arch/index.ts";
import { onlineCpus, openSys, PerfEvent } from "../../src/linux/index.ts";
import { Target } from "./target.ts";

const HOLDER = join(import.meta.dirname, "hold-registers.ts");
/** More than any processor has. */
const MOST = 16;

/** Another process that holds registers: `cpu` on every CPU, `task` only while it runs itself. */
export const RegisterHolder = {
  start: (kind: "cpu" | "task", registers: number): Promise<Target> =>
    Target.start(process.execPath, [HOLDER, kind, registers]),
};

/** How many registers nobody holds on each CPU, whether for the CPU or for any task; as root. */
export function registersFree(): readonly number[] {
  const sys = openSys();
  return onlineCpus().map((cpu) => {
    using opened = new DisposableStack();
    for (let index = 0; index < MOST; index += 1) {
      const event = PerfEvent.open(
        sys,
        {
          type: PERF_TYPE_BREAKPOINT,
          bpType: HW_BREAKPOINT_W,
          bpAddr: 0x1000n,
          bpLen: 8,
          readFormat: PERF_FORMAT_ID,
          flags: ["disabled", "excludeKernel"],
        },
        { pid: -1, cpu, tellsLost: false },
      );
      if (!event.ok) return index;
      opened.use(event.value);
    }
    return MOST;
  });
}
