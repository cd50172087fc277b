import { assert } from "../base/index.ts";
import { NULL, procedure } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { registerKernelCounter } from "./kernel-counter.ts";
import { modifyUserHwBreakpoint } from "./modify.ts";
import { failure } from "./outcome.ts";
import { stoppedTracee } from "./ptrace-control.ts";
import { finish, stepOf } from "./user-program.ts";

const DR_STATUS = 6;
const DR_CONTROL = 7;
const HBP_NUM = 4;
const SIZEOF_LONG = 8;
const HW_BREAKPOINT_W = 2;
const HW_BREAKPOINT_X = 4;
/** The R/W field of DR7 as a generic type; 2 is for I/O, which Linux does not give to anybody. */
const TYPES = [HW_BREAKPOINT_X, HW_BREAKPOINT_W, 0, 3] as const;
const LENGTHS = [1, 2, 8, 4] as const;

/** kernel: ptrace_set_debugreg(). */
export const ptraceSetDebugreg = procedure(
  "ptrace_set_debugreg",
  ["task", "index", "value", "event", "error", "old"],
  {
    begin(k: Kernel, f) {
      const { op } = stepOf(k, k.machine.self);
      assert(op.kind === "poke-dr", "ptrace_set_debugreg() is for poke-dr");
      f.task = stoppedTracee(k, op.task);
      if (f.task === NULL) return finish(k, failure("ESRCH"));
      f.value = op.value.kind === "number" ? op.value.value | 0 : k.space.addressOf(op.value.place);
      if (op.index === DR_STATUS) {
        k.thread.virtualDr6.set(f.task, f.value);
        return finish(k, 0);
      }
      if (op.index === DR_CONTROL) {
        f.old = k.thread.ptraceDr7.get(f.task);
        return "nextOfDr7";
      }
      f.index = op.index;
      return op.index < HBP_NUM ? "address" : finish(k, failure("EIO"));
    },

    // An address alone makes a breakpoint that is off, and that holds its slot all the same.
    address(k, f) {
      f.event = k.thread.ptraceBps.get(f.task, f.index);
      if (f.event === NULL) {
        const args = [f.task, 0, f.value, 1, HW_BREAKPOINT_W, 1];
        return k.machine.call(registerKernelCounter, args, "registered");
      }
      const { bpLen, bpType, disabled } = k.event;
      const args = [f.event, f.value, bpLen.get(f.event), bpType.get(f.event)];
      args.push(disabled.get(f.event));
      return k.machine.call(modifyUserHwBreakpoint, args, "modified");
    },

    registered(k, f) {
      if (f.ret < 0) return finish(k, f.ret);
      k.thread.ptraceBps.set(f.task, f.ret, f.index);
      return finish(k, 0);
    },

    modified: (k, f) => finish(k, f.ret),

    // ptrace_write_dr7(): one register after the other; a refusal brings the old value back.
    nextOfDr7(k, f) {
      if (f.index === HBP_NUM) return "dr7Done";
      const enabled = ((f.value >> (2 * f.index)) & 3) !== 0;
      const field = (f.value >> (16 + 4 * f.index)) & 0xf;
      const type = TYPES[field & 3 & 3] ?? 0;
      const len = LENGTHS[field >> 2] ?? 1;
      f.event = k.thread.ptraceBps.get(f.task, f.index);
      if (f.event === NULL && !enabled) {
        f.index++;
        return "nextOfDr7";
      }
      const invalid = type === 0 || (type === HW_BREAKPOINT_X && len !== 1);
      if (invalid) return failDr7(k, f, failure("EINVAL"));
      const bpLen = type === HW_BREAKPOINT_X ? SIZEOF_LONG : len;
      const off = enabled ? 0 : 1;
      if (f.event === NULL)
        return k.machine.call(registerKernelCounter, [f.task, 0, 0, bpLen, type, off], "dr7Made");
      const args = [f.event, k.event.bpAddr.get(f.event), bpLen, type, off];
      return k.machine.call(modifyUserHwBreakpoint, args, "dr7Modified");
    },

    dr7Made(k, f) {
      if (f.ret < 0) return failDr7(k, f, f.ret);
      k.thread.ptraceBps.set(f.task, f.ret, f.index);
      f.index++;
      return "nextOfDr7";
    },

    dr7Modified(k, f) {
      if (f.ret < 0) return failDr7(k, f, f.ret);
      f.index++;
      return "nextOfDr7";
    },

    dr7Done(k, f) {
      if (f.error !== 0) return finish(k, f.error);
      k.thread.ptraceDr7.set(f.task, f.value);
      return finish(k, 0);
    },
  },
);

function failDr7(
  k: Kernel,
  f: { error: number; value: number; old: number; index: number },
  word: number,
) {
  k.warnOn(f.error !== 0, "the old DR7 cannot be brought back");
  f.error = word;
  f.value = f.old;
  f.index = 0;
  return "nextOfDr7" as const;
}

/** kernel: ptrace_get_debugreg(). */
export const ptraceGetDebugreg = procedure("ptrace_get_debugreg", ["event"], {
  look(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    assert(op.kind === "peek-dr", "ptrace_get_debugreg() is for peek-dr");
    const task = stoppedTracee(k, op.task);
    if (task === NULL) return finish(k, failure("ESRCH"));
    if (op.index === DR_STATUS) return finish(k, k.thread.virtualDr6.get(task));
    if (op.index === DR_CONTROL) return finish(k, k.thread.ptraceDr7.get(task));
    if (op.index >= HBP_NUM) return finish(k, 0);
    const event = k.thread.ptraceBps.get(task, op.index);
    f.event = event;
    // The tracee is frozen: it cannot die, and flush its breakpoints, while its tracer looks.
    return k.lacks("Z15") ? "read" : finish(k, event === NULL ? 0 : k.event.hwAddr.get(event));
  },
  read: (k, f) => finish(k, f.event === NULL ? 0 : k.event.hwAddr.get(f.event)),
});
