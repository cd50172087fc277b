import { NULL, procedure } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { registerKernelCounter } from "./kernel-counter.ts";
import { failure } from "./outcome.ts";
import { perfEventReleaseKernel } from "./release.ts";
import { finish, stepOf } from "./user-program.ts";

/**
 * kernel: register_wide_hw_breakpoint(). One event on each CPU that is online now, or none: what was
 * made before a refusal is taken back. It stands for itself, without a descriptor.
 */
export const registerWideHwBreakpoint = procedure(
  "register_wide_hw_breakpoint",
  ["cpu", "error", "event"],
  {
    nextCpu(k: Kernel, f) {
      const { op } = stepOf(k, k.machine.self);
      if (op.kind !== "open-wide") return finish(k, failure("EINVAL"));
      while (f.cpu < k.cpus && k.machine.cpu.online.get(f.cpu) === 0) f.cpu++;
      if (f.cpu === k.cpus) return "named";
      const args = [NULL, f.cpu + 1, k.space.addressOf(op.place), op.len, op.type, 0];
      return k.machine.call(registerKernelCounter, args, "made");
    },

    made(k, f) {
      if (f.ret < 0) {
        f.error = f.ret;
        return "takeBack";
      }
      k.percpu.wide.set(f.cpu, f.ret, handle(k));
      f.cpu++;
      return "nextCpu";
    },

    named: (k) => finish(k, 0),

    takeBack(k, f) {
      f.event = nextOf(k, handle(k));
      if (f.event === NULL) return finish(k, f.error);
      return k.machine.call(perfEventReleaseKernel, [f.event], "takeBack");
    },
  },
);

/** kernel: unregister_wide_hw_breakpoint(). All possible CPUs, whether they are online or not. */
export const unregisterWideHwBreakpoint = procedure("unregister_wide_hw_breakpoint", ["event"], {
  next(k: Kernel, f) {
    f.event = nextOf(k, handle(k));
    if (f.event === NULL) return finish(k, 0);
    return k.machine.call(perfEventReleaseKernel, [f.event], "next");
  },
});

/** Whether a name stands for a wide breakpoint. */
export function isWide(k: Kernel, name: string): boolean {
  const number = k.program.handle(name);
  for (let cpu = 0; cpu < k.cpus; cpu++) {
    if (k.percpu.wide.get(cpu, number) !== NULL) return true;
  }
  return false;
}

/** Takes one of the breakpoint's events out of the list. */
function nextOf(k: Kernel, number: number): number {
  for (let cpu = 0; cpu < k.cpus; cpu++) {
    const event = k.percpu.wide.get(cpu, number);
    if (event === NULL) continue;
    k.percpu.wide.set(cpu, NULL, number);
    return event;
  }
  return NULL;
}

function handle(k: Kernel): number {
  const { op } = stepOf(k, k.machine.self);
  return "event" in op ? k.program.handle(op.event) : 0;
}
