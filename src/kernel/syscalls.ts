import { type Procedure, procedure } from "../machine/index.ts";
import { closeSyscall } from "./close.ts";
import { execve } from "./exec.ts";
import { copyProcess } from "./fork.ts";
import { perfIoctl } from "./ioctl.ts";
import type { Kernel } from "./kernel.ts";
import { perfLook } from "./look.ts";
import { perfEventModify } from "./modify.ts";
import type { Op } from "./op.ts";
import { perfEventOpen } from "./open.ts";
import { failure } from "./outcome.ts";
import { ptraceSetRegset } from "./ptrace-arm64.ts";
import { ptraceAttach, ptraceRequest, ptraceWaitStop } from "./ptrace-control.ts";
import { ptraceSetWatch } from "./ptrace-watch.ts";
import { ptraceGetDebugreg, ptraceSetDebugreg } from "./ptrace-x86.ts";
import {
  cpuHotplug,
  exitSyscall,
  schedSetaffinity,
  simpleCall,
  wait4,
  yieldCall,
} from "./task-syscalls.ts";
import { finish } from "./user-program.ts";
import { registerWideHwBreakpoint } from "./wide.ts";

/** What the model has no answer to says so: ENOSYS, which no scenario expects. */
const unmodelled = procedure("ni_syscall", [], {
  refuse: (k: Kernel) => finish(k, failure("ENOSYS")),
});

const SYSCALLS: Partial<Record<Op["kind"], Procedure>> = {
  open: perfEventOpen,
  "open-wide": registerWideHwBreakpoint,
  modify: perfEventModify,
  enable: perfIoctl,
  disable: perfIoctl,
  reset: perfIoctl,
  refresh: perfIoctl,
  period: perfIoctl,
  close: closeSyscall,
  munmap: closeSyscall,
  read: perfLook,
  samples: perfLook,
  poll: perfLook,
  mmap: perfLook,
  async: perfLook,
  fork: copyProcess,
  thread: copyProcess,
  exec: execve,
  exit: exitSyscall,
  wait: wait4,
  pin: schedSetaffinity,
  migrate: schedSetaffinity,
  unpin: schedSetaffinity,
  "switch-to": yieldCall,
  offline: cpuHotplug,
  online: cpuHotplug,
  as: simpleCall,
  handle: simpleCall,
  ignore: simpleCall,
  default: simpleCall,
  block: simpleCall,
  unblock: simpleCall,
  kill: simpleCall,
  signals: simpleCall,
  attach: ptraceAttach,
  "wait-stop": ptraceWaitStop,
  detach: ptraceRequest,
  step: ptraceRequest,
  skip: ptraceRequest,
  cont: ptraceRequest,
  peek: ptraceRequest,
  poke: ptraceRequest,
  "peek-dr": ptraceGetDebugreg,
  "poke-dr": ptraceSetDebugreg,
  "set-debugreg": ptraceSetWatch,
  "set-hw-debug": ptraceSetWatch,
  "del-hw-debug": ptraceSetWatch,
  "set-regset": ptraceSetRegset,
  "attach-bpf": perfLook,
};

/** The kernel's side of a statement that is no access. */
export function syscallFor(op: Op): Procedure {
  return SYSCALLS[op.kind] ?? unmodelled;
}
