/**
 * This computer: system calls, perf events and their rings, eBPF, /proc, launching.
 * It knows how to ask the kernel, and nothing of what is asked for: no targets, no policy, no text.
 */
export {
  type AluOp,
  asm,
  BPF_FUNC,
  BpfCode,
  FP,
  type Insn,
  type JumpTest,
  type Label,
} from "./bpf-code.ts";
export { BpfMap, type MapShape, words32 } from "./bpf-map.ts";
export { attachRawTracepoint, type LoadRefusal, loadProgram, testRun } from "./bpf-program.ts";
export { kernelMemberOffset, memberOffset } from "./btf.ts";
export { EventRing } from "./event-ring.ts";
export { type Features, probeFeatures } from "./features.ts";
export { addStrangerCheck, type Filtered, ForeignFilter, Strangers } from "./foreign-filter.ts";
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
export { addTaskIds, isInitialNamespace, ownPidNamespace, type PidNamespace } from "./task-ids.ts";
