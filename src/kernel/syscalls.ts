import { type Procedure, procedure } from "../machine/index.ts";
import { execve } from "./exec.ts";
import { copyProcess } from "./fork.ts";
import { perfIoctl, perfLook } from "./ioctl.ts";
import type { Kernel } from "./kernel.ts";
import { perfEventModify } from "./modify.ts";
import type { Op } from "./op.ts";
import { perfEventOpen } from "./open.ts";
import { failure } from "./outcome.ts";
import { closeSyscall } from "./release.ts";
import {
  cpuHotplug,
  exitSyscall,
  schedSetaffinity,
  simpleCall,
  wait4,
  yieldCall,
} from "./task-syscalls.ts";
import { finish } from "./user-program.ts";

/** What the model has no answer to says so: ENOSYS, which no scenario expects. */
const unmodelled = procedure("ni_syscall", [], {
  refuse: (k: Kernel) => finish(k, failure("ENOSYS")),
});

const SYSCALLS: Partial<Record<Op["kind"], Procedure>> = {
  open: perfEventOpen,
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
};

/** The kernel's side of a statement that is no access. */
export function syscallFor(op: Op): Procedure {
  return SYSCALLS[op.kind] ?? unmodelled;
}
