import { slotClass } from "../arch/index.ts";
import { NULL, Violation } from "../machine/index.ts";
import { KERNEL_BASE, MODES } from "./address-space.ts";
import type { Kernel } from "./kernel.ts";

/** The registers of an event's class: from the first one to the one behind the last. */
export function registersFor(k: Kernel, event: number): { first: number; end: number } {
  if (k.arch.slots.shared || slotClass(k.event.hwType.get(event)) === "data")
    return { first: 0, end: k.dataRegisters };
  return { first: k.dataRegisters, end: k.registers };
}

/** kernel: hw_breakpoint_add() → arch_install_hw_breakpoint(). The first free slot takes it. */
export function hwBreakpointAdd(k: Kernel, event: number): boolean {
  const cpu = k.machine.here;
  const { slot } = k.percpu;
  const { first, end } = registersFor(k, event);
  for (let register = first; register < end; register++) {
    if (slot.get(cpu, register) !== NULL) continue;
    slot.set(cpu, event, register);
    if (k.design.arms(k, event, register)) arm(k, cpu, register, event);
    return true;
  }
  k.onComplaint?.("Can't find any breakpoint slot");
  return false;
}

/** kernel: hw_breakpoint_del() → arch_uninstall_hw_breakpoint(). */
export function hwBreakpointDel(k: Kernel, event: number): void {
  const cpu = k.machine.here;
  const { slot } = k.percpu;
  for (let register = 0; register < k.registers; register++) {
    if (slot.get(cpu, register) !== event) continue;
    k.design.uninstalled(k, event, register);
    slot.set(cpu, NULL, register);
    disarm(k, cpu, register);
    // Without Z17 the trap, which has switched the register off, leaves the copy as it is.
    if (!k.event.disabled.get(event)) k.percpu.cachedAddr.set(cpu, 0, register);
    return;
  }
  throw new Violation("warning", `event ${event} is active on cpu ${cpu} but in no slot`);
}

/** kernel: __set_breakpoint() and its like. Programs a register with what the event was parsed into. */
export function arm(k: Kernel, cpu: number, register: number, event: number): void {
  const { armed, regAddr, regLen, regType, regModes } = k.percpu;
  if (k.lacks("Z17")) {
    if (k.percpu.cachedAddr.get(cpu, register) === k.event.hwAddr.get(event)) return;
    k.percpu.cachedAddr.set(cpu, k.event.hwAddr.get(event), register);
  }
  regModes.set(cpu, k.event.flags.get(event) & MODES, register);
  regAddr.set(cpu, k.event.hwAddr.get(event), register);
  regLen.set(cpu, k.event.hwLen.get(event), register);
  regType.set(cpu, k.event.hwType.get(event), register);
  armed.set(cpu, armed.get(cpu) | (1 << register));
  if (k.hasFlag(event, "excludeKernel") && k.event.hwAddr.get(event) >= KERNEL_BASE)
    throw new Violation("wrong-privilege", `event ${event} watches an address it was refused`);
}

export function disarm(k: Kernel, cpu: number, register: number): void {
  const { armed, regAddr, regLen, regType, regModes } = k.percpu;
  armed.set(cpu, armed.get(cpu) & ~(1 << register));
  regAddr.set(cpu, 0, register);
  regLen.set(cpu, 0, register);
  regType.set(cpu, 0, register);
  regModes.set(cpu, 0, register);
}

/** Whether a register of a processor is on. */
export function isArmed(k: Kernel, cpu: number, register: number): boolean {
  return (k.percpu.armed.get(cpu) & (1 << register)) !== 0;
}

/**
 * Property `stale-register`: what is armed is what the slot says. A slot whose register is off is
 * for the step that is pending to answer for; an access that it misses is found out as missed.
 */
export function checkRegisters(k: Kernel, cpu: number): void {
  const { slot, regAddr, regLen, regType } = k.percpu;
  for (let register = 0; register < k.registers; register++) {
    if (!isArmed(k, cpu, register)) continue;
    const event = slot.get(cpu, register);
    if (event === NULL)
      throw new Violation(
        "stale-register",
        `register ${register} of cpu ${cpu} outlives its event`,
      );
    const { hwAddr, hwLen, hwType } = k.event;
    const same =
      regAddr.get(cpu, register) === hwAddr.get(event) &&
      regLen.get(cpu, register) === hwLen.get(event) &&
      regType.get(cpu, register) === hwType.get(event);
    if (!same)
      throw new Violation(
        "stale-register",
        `register ${register} of cpu ${cpu} is another event's`,
      );
  }
}
