import { NULL, procedure } from "../machine/index.ts";
import { KERNEL_BASE } from "./address-space.ts";
import type { Kernel } from "./kernel.ts";
import { registerKernelCounter } from "./kernel-counter.ts";
import { modifyUserHwBreakpoint } from "./modify.ts";
import { failure } from "./outcome.ts";
import { stoppedTracee } from "./ptrace-control.ts";
import { perfEventReleaseKernel } from "./release.ts";
import { finish, stepOf } from "./user-program.ts";

const DABR_MAX_LEN = 8;
const BLOCK = 512;
const RW = 3;

/** What a statement asks of one of ptrace's breakpoints on powerpc. */
interface Wish {
  readonly index: number;
  readonly addr: number;
  readonly len: number;
  readonly type: number;
  readonly word: number; // what to return: an errno if it is refused at once
  readonly off: boolean;
}

/**
 * kernel: ptrace_set_debugreg() and ppc_set_hwdebug() of powerpc: sets, changes or removes one of the
 * tracee's own breakpoints.
 */
export const ptraceSetWatch = procedure("ptrace_set_hwdebug", ["task", "index", "event", "word"], {
  begin(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    f.task = "task" in op ? stoppedTracee(k, op.task) : NULL;
    if (f.task === NULL) return finish(k, failure("ESRCH"));
    const wish = wishOf(k, f.task);
    if (wish.word < 0) return finish(k, wish.word);
    f.index = wish.index;
    f.word = wish.word;
    f.event = k.thread.ptraceBps.get(f.task, f.index);
    if (wish.off) return "remove";
    const { addr, len, type } = wish;
    if (f.event === NULL)
      return k.machine.call(registerKernelCounter, [f.task, 0, addr, len, type, 0], "registered");
    return k.machine.call(modifyUserHwBreakpoint, [f.event, addr, len, type, 0], "modified");
  },

  registered(k, f) {
    if (f.ret < 0) return finish(k, f.ret);
    k.thread.ptraceBps.set(f.task, f.ret, f.index);
    noteHandle(k, f.word);
    noteHwBrk(k, f.task);
    return finish(k, f.word);
  },

  modified(k, f) {
    if (f.ret >= 0) noteHwBrk(k, f.task);
    return finish(k, f.ret);
  },

  remove(k, f) {
    if (f.event === NULL) return finish(k, f.word);
    k.thread.ptraceBps.set(f.task, NULL, f.index);
    return k.machine.call(perfEventReleaseKernel, [f.event], "removed");
  },

  removed: (k) => finish(k, 0),
});

const REFUSED = { index: 0, addr: 0, len: 0, type: 0, off: false } as const;

function refusal(errno: "EINVAL" | "EIO" | "ENOSPC" | "ENOENT"): Wish {
  return { ...REFUSED, word: failure(errno) };
}

function wishOf(k: Kernel, task: number): Wish {
  const { op } = stepOf(k, k.machine.self);
  switch (op.kind) {
    case "set-debugreg": {
      if (op.index > 0) return refusal("EINVAL");
      if (op.watch === undefined) return { ...REFUSED, word: 0, off: true };
      const addr = k.space.addressOf(op.watch.place);
      if (addr >= KERNEL_BASE || op.noTranslate) return refusal("EIO");
      const aligned = addr - (addr % DABR_MAX_LEN);
      // The length was left at 0: at the start of a block its last byte lay in another one.
      if (k.lacks("Z18") && aligned % BLOCK === 0) return refusal("EINVAL");
      const { type } = op.watch;
      return { index: 0, addr: aligned, len: DABR_MAX_LEN, type, word: 0, off: false };
    }
    case "set-hw-debug": {
      if ((op.type & RW) === 0) return refusal("EINVAL");
      const addr = k.space.addressOf(op.place);
      if (addr >= KERNEL_BASE) return refusal("EIO");
      const index = freeIndex(k, task);
      if (index < 0) return refusal("ENOSPC");
      return { index, addr, len: op.len ?? 1, type: op.type, word: index + 1, off: false };
    }
    case "del-hw-debug": {
      const number = k.user.hwHandle.get(1, k.program.hwHandles.indexOf(op.handle));
      if (number === 0) return refusal("EINVAL");
      if (k.thread.ptraceBps.get(task, number - 1) === NULL) return refusal("ENOENT");
      return { ...REFUSED, index: number - 1, word: 0, off: true };
    }
    default:
      return refusal("EIO");
  }
}

function freeIndex(k: Kernel, task: number): number {
  for (let index = 0; index < k.dataRegisters; index++) {
    if (k.thread.ptraceBps.get(task, index) === NULL) return index;
  }
  return -1;
}

/** kernel: thread.hw_brk[0]. It stays when the breakpoint has fired or is removed, over exec, and in children. */
function noteHwBrk(k: Kernel, task: number): void {
  const { op } = stepOf(k, k.machine.self);
  if (op.kind !== "set-debugreg") return;
  const { addr, type } = wishOf(k, task);
  k.thread.hwBrkAddr.set(task, addr);
  k.thread.hwBrkType.set(task, type);
}

function noteHandle(k: Kernel, word: number): void {
  const { op } = stepOf(k, k.machine.self);
  if (op.kind === "set-hw-debug")
    k.user.hwHandle.set(1, word, k.program.hwHandles.indexOf(op.handle));
}
