import type { Access } from "../../arch/index.ts";
import type { Kernel } from "../kernel.ts";

/** Which of this processor's registers an access sets off: what the hardware sees, and no more. */
export function armedHits(k: Kernel, access: Access): number {
  const cpu = k.machine.here;
  const { regOn, regAddr, regLen, regType, regFlags } = k.percpu;
  let mask = 0;
  for (let register = 0; register < k.registers; register++) {
    if (regOn.get(cpu, register) === 0) continue;
    const parsed = k.space.parse({
      addr: regAddr.get(cpu, register),
      len: regLen.get(cpu, register),
      type: regType.get(cpu, register),
      flags: regFlags.get(cpu, register),
      perTask: false,
    });
    if (parsed.ok && k.arch.traps(parsed.value.register, access)) mask |= 1 << register;
  }
  return mask;
}
