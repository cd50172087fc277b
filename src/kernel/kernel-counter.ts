import { NULL, procedure } from "../machine/index.ts";
import { hwBreakpointEventInit, releaseBpSlot, slotsAreLocked } from "./breakpoint-slot.ts";
import { perfEventAlloc, perfEventDrop } from "./event-alloc.ts";
import { FLAG, HANDLER } from "./event-state.ts";
import { perfInstallInContext } from "./install.ts";
import type { Kernel } from "./kernel.ts";
import { failure } from "./outcome.ts";

/**
 * kernel: register_user_hw_breakpoint() and perf_event_create_kernel_counter(). An event that no
 * descriptor stands for: ptrace's, on a task, or one of a wide breakpoint, on a CPU (`cpu` counted
 * from 1). Returns the event, or the refusal.
 */
export const registerKernelCounter = procedure(
  "perf_event_create_kernel_counter",
  ["target", "cpu", "addr", "len", "type", "disabled", "event"],
  {
    alloc(k: Kernel, f) {
      const { addr, len, type } = f;
      const isPtrace = f.target !== NULL;
      const flags = FLAG.pinned | (isPtrace && !isPowerpc(k) ? FLAG.excludeKernel : 0);
      const attr = { addr, len, type, flags, disabled: f.disabled !== 0, period: 1, sigData: 0 };
      const handler = isPtrace ? HANDLER.ptrace : HANDLER.wide;
      f.event = perfEventAlloc(k, attr, { target: f.target, cpu: f.cpu - 1, handler });
      return "reserveSlot";
    },

    reserveSlot(k, f) {
      if (slotsAreLocked(k, f.event)) {
        k.machine.lock(k.thread.perfEventMutex, f.target);
        return "WAIT";
      }
      const refused = hwBreakpointEventInit(k, f.event);
      if (refused !== undefined) {
        perfEventDrop(k, f.event);
        return k.machine.ret(failure(refused));
      }
      return k.machine.call(perfInstallInContext, [f.event, f.target, NULL], "installed");
    },

    installed(k, f) {
      if (f.ret === 0) return k.machine.ret(f.event);
      const word = f.ret;
      releaseBpSlot(k, f.event);
      perfEventDrop(k, f.event);
      return k.machine.ret(word);
    },
  },
);

/** powerpc's ptrace watches what the kernel does for the task, too. */
function isPowerpc(k: Kernel): boolean {
  return k.arch.name.startsWith("powerpc");
}
