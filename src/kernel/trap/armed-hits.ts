import type { Touch } from "../address-space.ts";
import type { Kernel } from "../kernel.ts";

/** Which of this processor's registers an access sets off: what the hardware sees, and no more. */
export function armedHits(k: Kernel, touch: Touch): number {
  const cpu = k.machine.here;
  const { armed, regAddr, regLen, regType, regModes } = k.percpu;
  let mask = 0;
  const object = armed.follow(cpu);
  for (let rest = armed.of(object); rest !== 0; rest &= rest - 1) {
    const register = 31 - Math.clz32(rest & -rest);
    const parsed = k.space.parse(
      regAddr.of(object, register),
      regLen.of(object, register),
      regType.of(object, register),
      regModes.of(object, register),
    );
    if (parsed.traps(touch)) mask |= 1 << register;
  }
  return mask;
}
