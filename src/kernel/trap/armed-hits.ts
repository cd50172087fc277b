import type { Touch } from "../address-space.ts";
import type { Kernel } from "../kernel.ts";

/** Which of this processor's registers an access sets off: what the hardware sees, and no more. */
export function armedHits(k: Kernel, touch: Touch): number {
  const cpu = k.machine.here;
  const { armed, regAddr, regLen, regType, regModes } = k.percpu;
  let mask = 0;
  for (let rest = armed.get(cpu); rest !== 0; rest &= rest - 1) {
    const register = 31 - Math.clz32(rest & -rest);
    const parsed = k.space.parse(
      regAddr.get(cpu, register),
      regLen.get(cpu, register),
      regType.get(cpu, register),
      regModes.get(cpu, register),
    );
    if (parsed.traps(touch)) mask |= 1 << register;
  }
  return mask;
}
