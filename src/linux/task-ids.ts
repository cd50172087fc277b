import { statSync } from "node:fs";
import { asm, BPF_FUNC, type BpfCode, FP } from "./bpf-code.ts";

/** PROC_PID_INIT_INO: the inode of the pid namespace that the kernel itself numbers tasks in. */
const INITIAL_NAMESPACE = 0xeffffffcn;

/** A pid namespace as the kernel tells them apart. */
export interface PidNamespace {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** The pid namespace that this process sees. */
export function ownPidNamespace(): PidNamespace {
  const { dev, ino } = statSync("/proc/self/ns/pid", { bigint: true });
  return { dev, ino };
}

/** True when our numbers for tasks are the kernel's own. */
export function isInitialNamespace({ ino }: PidNamespace): boolean {
  return ino === INITIAL_NAMESPACE;
}

/** Tasks outside our pid namespace have no number here; they all go by this one. */
export const OUTSIDE = 0;

/**
 * Writes the ids of the running task to the stack, as we number them: `u32 tid; u32 pid` at `slot`,
 * which is aligned to 8.
 */
export function addTaskIds(code: BpfCode, slot: number, namespace = ownPidNamespace()): void {
  if (isInitialNamespace(namespace)) {
    code.add(asm.call(BPF_FUNC.getCurrentPidTgid), asm.store64(FP, 0, slot));
    return;
  }
  const known = code.label();
  code.add(...asm.loadConst(1, namespace.dev), ...asm.loadConst(2, namespace.ino));
  code.add(asm.movReg(3, FP), asm.addImm(3, slot), asm.movImm(4, 8));
  code.add(asm.call(BPF_FUNC.getNsCurrentPidTgid));
  code.jumpIfImm("eq", 0, 0, known);
  code.add(asm.storeImm64(FP, slot, OUTSIDE));
  code.place(known);
}
