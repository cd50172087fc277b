import type { Kernel } from "../kernel.ts";

/**
 * Where powerpc keeps it that a watch register is off because one instruction is being stepped over.
 * The trap comes before the access; so the handler leaves the register off, sets the step bit in the
 * task's saved registers and returns to the task. It counts and re-arms in the trace exception after
 * the access. In between anything can happen: the designs differ in what they make of it.
 */
export interface PowerpcDesign {
  readonly name: string;
  readonly title: string;

  /** kernel: arch_install_hw_breakpoint(). Whether the register of a newly taken slot is armed. */
  arms(k: Kernel, event: number, register: number): boolean;

  /** kernel: arch_uninstall_hw_breakpoint(), before the slot is emptied. */
  uninstalled(k: Kernel, event: number, register: number): void;

  /** kernel: hw_breakpoint_handler(). The registers in `mask` were hit by the task; step over it. */
  stepBegins(k: Kernel, task: number, mask: number): void;

  /** kernel: thread_change_pc(). A signal is about to change where the task goes on. */
  changesPc(k: Kernel, task: number): void;

  /**
   * kernel: single_step_dabr_instruction(). The step is done: calls `count` for each event it was
   * for, and re-arms. False if no step of ours was pending.
   */
  stepped(k: Kernel, task: number, count: (event: number) => void): boolean;

  /**
   * kernel: arch_unregister_hw_breakpoint(), called by release_bp_slot() until v6.5. It takes no lock,
   * so each of its looks at the event's context is a step: number `look`, from 0. False ends it.
   */
  unregister(k: Kernel, event: number, look: number): boolean;

  /** The task leaves the processor, whether its context is swapped or scheduled out. */
  switchedOut(k: Kernel, task: number): void;

  /** What the design promises at the end of every step of a processor; a violation if it is broken. */
  check?(k: Kernel, cpu: number): void;
}
