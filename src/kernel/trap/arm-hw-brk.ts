import { NULL } from "../../machine/index.ts";
import { checkRegisters } from "../hw-registers.ts";
import type { Kernel } from "../kernel.ts";

const DABR_MAX_LEN = 8;

/**
 * kernel: do_signal() of powerpc, which writes thread.hw_brk[] into the registers before a handler runs. It
 * was for kernels whose traps switched ptrace's breakpoint off by themselves; since it is an event, the
 * event may be spent or gone, or in another register.
 */
export function armHwBrk(k: Kernel, task: number): void {
  const addr = k.thread.hwBrkAddr.get(task);
  if (addr === NULL || k.asIntended) return;
  const cpu = k.machine.here;
  const { armed, regAddr, regLen, regType, regModes } = k.percpu;
  regAddr.set(cpu, addr, 0);
  regLen.set(cpu, DABR_MAX_LEN, 0);
  regType.set(cpu, k.thread.hwBrkType.get(task), 0);
  regModes.set(cpu, 0, 0); // in any mode
  armed.set(cpu, armed.get(cpu) | 1);
  checkRegisters(k, cpu);
}
