import { NULL, type Procedure, procedure } from "../machine/index.ts";
import { releaseBpSlot, slotsAreLocked } from "./breakpoint-slot.ts";
import { putCtx } from "./ctx-sched.ts";
import type { Kernel } from "./kernel.ts";
import { hasIrqWork, WAIT_FOR } from "./waits.ts";

/** kernel: put_event(). */
export const putEvent: Procedure<"event"> = procedure("put_event", ["event"], {
  put(k: Kernel, f) {
    if (k.event.refs.add(f.event, -1) > 0) return "DONE";
    return k.machine.call(freeEvent, [f.event], "done");
  },
  done: () => "DONE",
});

/** kernel: _free_event(). Nobody else can reach the event any more, but for what is pending. */
export const freeEvent: Procedure<"event" | "look"> = procedure("_free_event", ["event", "look"], {
  syncIrqWork(k: Kernel, f) {
    if (hasIrqWork(k, f.event)) return k.machine.sleep(WAIT_FOR.irqWork, f.event);
    return "archHook";
  },

  // The hook that the architectures had until v6.5; of them only powerpc did something in it.
  archHook(k, f) {
    const goesOn = k.machine.inside("bp_perf_event_destroy", () =>
      k.machine.inside("release_bp_slot", () =>
        k.machine.inside("arch_unregister_hw_breakpoint", () =>
          k.design.unregister(k, f.event, f.look),
        ),
      ),
    );
    f.look++;
    return goesOn ? "archHook" : "releaseSlot";
  },

  releaseSlot(k, f) {
    if (slotsAreLocked(k, f.event)) {
      k.machine.lock(k.thread.perfEventMutex, k.event.target.get(f.event));
      return "WAIT";
    }
    k.machine.inside("bp_perf_event_destroy", () =>
      k.machine.inside("release_bp_slot", () => releaseBpSlot(k, f.event)),
    );
    return "putRefs";
  },

  // The event's memory is freed after a grace period, which no step here can be inside of.
  putRefs(k, f) {
    const target = k.event.target.get(f.event);
    const ctx = k.event.ctx.get(f.event);
    const parent = k.event.parent.get(f.event);
    k.event.record.free(f.event);
    if (target !== NULL) k.putTask(target);
    if (ctx !== NULL) putCtx(k, ctx);
    return parent !== NULL ? k.machine.call(putEvent, [parent], "done") : "DONE";
  },

  done: () => "DONE",
});
