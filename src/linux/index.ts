/**
 * This computer: system calls, perf events and their rings, eBPF, /proc, launching.
 * It knows how to ask the kernel, and nothing of what is asked for: no targets, no policy, no text.
 */
export { EventRing } from "./event-ring.ts";
export { type Features, probeFeatures } from "./features.ts";
export { type Filtered, ForeignFilter } from "./foreign-filter.ts";
export { canLoadLibrary, openSys } from "./koffi-sys.ts";
export { LaunchError, Launched } from "./launch.ts";
export { type EventCounts, PerfEvent } from "./perf-event.ts";
export { ownPrivileges, type Privileges } from "./privileges.ts";
export {
  allProcesses,
  childrenOf,
  cmdlineOf,
  commOf,
  environOf,
  type Holder,
  hasEnded,
  isMapped,
  onlineCpus,
  parseCpuList,
  registerHolders,
  statusOf,
  sysctl,
  type TaskStatus,
  threadsOf,
} from "./proc.ts";
export {
  type Mapping,
  type Sys,
  SyscallError,
  type TraceeRegisters,
  type WaitStatus,
} from "./sys.ts";
