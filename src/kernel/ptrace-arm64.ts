import { HW_BREAKPOINT_RW, HW_BREAKPOINT_X } from "../arch/index.ts";
import { NULL, procedure } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { registerKernelCounter } from "./kernel-counter.ts";
import { modifyUserHwBreakpoint } from "./modify.ts";
import { failure } from "./outcome.ts";
import { stoppedTracee } from "./ptrace-control.ts";
import { finish, stepOf } from "./user-program.ts";

const MOST_REGISTERS = 4;
const WINDOW = 8;
/** What a register begins as: something that can be installed, and is not. */
const AT_FIRST = { addr: 0, len: 4, disabled: 1 } as const;

/**
 * kernel: hw_break_set() of arm64. A set of registers is written from its first one on; whichever had
 * no event gets one, and its slot, whatever is to become of it. Nothing takes it back.
 */
export const ptraceSetRegset = procedure("hw_break_set", ["task", "index", "it"], {
  begin(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    f.task = "task" in op ? stoppedTracee(k, op.task) : NULL;
    if (f.task === NULL) return finish(k, failure("ESRCH"));
    if (op.kind !== "set-regset" || op.index >= MOST_REGISTERS) return finish(k, failure("EINVAL"));
    f.index = op.index;
    f.it = 0;
    return "initialise";
  },

  initialise(k, f) {
    if (k.thread.ptraceBps.get(f.task, f.it) !== NULL)
      return f.it++ < f.index ? "initialise" : "write";
    const { addr, len, disabled } = AT_FIRST;
    const args = [f.task, 0, addr, len, typeAtFirst(k), disabled];
    return k.machine.call(registerKernelCounter, args, "initialised");
  },

  initialised(k, f) {
    if (f.ret < 0) return finish(k, f.ret);
    k.thread.ptraceBps.set(f.task, f.ret, f.it);
    return f.it++ < f.index ? "initialise" : "write";
  },

  write(k, f) {
    const event = k.thread.ptraceBps.get(f.task, f.index);
    const { op } = stepOf(k, k.machine.self);
    const watch = op.kind === "set-regset" ? op.watch : undefined;
    if (watch !== undefined) {
      const addr = k.space.addressOf(watch.place);
      // Eight bits select bytes: whatever lies behind them cannot be said.
      const len = Math.min(watch.len, WINDOW - (addr % WINDOW));
      return k.machine.call(modifyUserHwBreakpoint, [event, addr, len, watch.type, 0], "written");
    }
    const { bpAddr, bpLen, bpType } = k.event;
    const range = [bpAddr.get(event), bpLen.get(event), bpType.get(event)];
    return k.machine.call(modifyUserHwBreakpoint, [event, ...range, 1], "written");
  },

  written: (k, f) => finish(k, f.ret),
});

/** Instructions and data have a set each; what only switches off is said of data. */
function typeAtFirst(k: Kernel): number {
  const { op } = stepOf(k, k.machine.self);
  const executes = op.kind === "set-regset" && op.watch?.type === HW_BREAKPOINT_X;
  return executes ? HW_BREAKPOINT_X : HW_BREAKPOINT_RW;
}
