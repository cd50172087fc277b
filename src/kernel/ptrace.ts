import { NULL, procedure } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { perfEventReleaseKernel } from "./release.ts";

/** kernel: flush_ptrace_hw_breakpoint(). At exit and at exec; a detach does not do it. */
export const flushPtraceHwBreakpoint = procedure(
  "flush_ptrace_hw_breakpoint",
  ["task", "index", "event"],
  {
    next(k: Kernel, f) {
      while (f.index < 4 && k.thread.ptraceBps.get(f.task, f.index) === NULL) f.index++;
      if (f.index === 4) {
        k.thread.virtualDr6.set(f.task, 0);
        k.thread.ptraceDr7.set(f.task, 0);
        return "DONE";
      }
      f.event = k.thread.ptraceBps.get(f.task, f.index);
      k.thread.ptraceBps.set(f.task, NULL, f.index);
      return k.machine.call(perfEventReleaseKernel, [f.event], "next");
    },
  },
);
