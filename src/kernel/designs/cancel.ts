import { NULL } from "../../machine/index.ts";
import { isArmed } from "../hw-registers.ts";
import type { Kernel } from "../kernel.ts";
import { rearmOccupied } from "./last-hit.ts";
import type { PowerpcDesign } from "./powerpc-design.ts";

/**
 * The design that is meant to be right. The processor keeps which of its slots are being stepped
 * over and for whom; that pair never outlives the stay of the task on the processor, nor that of an
 * event in its slot. Whatever ends either cancels the step: the step bit is taken away, the
 * registers are armed again, and the access, which was not made yet, simply traps again.
 *
 * Invariants, at the end of every step:
 * 1. stepMask is 0 or stepTask is this processor's current task, and has its step bit set;
 * 2. every slot in stepMask holds an event, and the slots' registers are armed but for those;
 * 3. no task that is not running has a step bit that ptrace did not ask for.
 * Neither event->ctx nor another task is ever looked at, and destroy has nothing to do.
 */
export const DESIGN_D: PowerpcDesign = {
  name: "d",
  title: "a pending step per processor, cancelled whenever its task or an event leaves",

  arms: () => true,

  uninstalled(k, _event, register) {
    if ((k.percpu.stepMask.get(k.machine.here) & (1 << register)) !== 0) cancel(k);
  },

  stepBegins(k, task, mask) {
    k.percpu.stepTask.set(k.machine.here, task);
    k.percpu.stepMask.set(k.machine.here, mask);
    k.thread.stepBit.set(task, 1);
  },

  changesPc: (k) => cancel(k),

  stepped(k, _task, count) {
    const cpu = k.machine.here;
    const mask = k.percpu.stepMask.get(cpu);
    if (mask === 0) return false;
    for (let register = 0; register < k.dataRegisters; register++) {
      if ((mask & (1 << register)) !== 0) count(k.percpu.slot.get(cpu, register));
    }
    forget(k);
    rearmOccupied(k);
    return true;
  },

  unregister: () => false,
  switchedOut: (k) => cancel(k),

  check(k, cpu) {
    const mask = k.percpu.stepMask.get(cpu);
    if (mask !== 0) {
      const task = k.percpu.stepTask.get(cpu);
      k.warnOn(task !== k.machine.cpu.current.get(cpu), "a step is pending for a task that left");
      k.warnOn(k.thread.stepBit.get(task) === 0, "a step is pending that nobody is to make");
    }
    for (let register = 0; register < k.dataRegisters; register++) {
      const isPending = (mask & (1 << register)) !== 0;
      const event = k.percpu.slot.get(cpu, register);
      const isEmpty = event === NULL;
      k.warnOn(isPending && isEmpty, "a step is pending for an event that left");
      const isOff = !isArmed(k, cpu, register);
      // What cannot be stepped over is about to be disabled, and its register stays off until then.
      const isLeaving = !isEmpty && k.event.pendingDisable.get(event) !== 0;
      const isForgotten = isOff && !isPending && !isEmpty && !isLeaving;
      k.warnOn(isForgotten, "a register is off, and no step is pending for it");
    }
    // Whoever sets or leaves a bit looks here after it: to see those of others is no touch of the step.
    for (let task = 1; task <= k.machine.tasks; task++) {
      if (!k.machine.task.cpu.holds(task, -1) || k.thread.stepBit.holds(task, 0)) continue;
      k.warnOn(k.thread.ptraceStep.holds(task, 0), "a task that does not run keeps the step bit");
    }
  },
};

function cancel(k: Kernel): void {
  const cpu = k.machine.here;
  if (k.percpu.stepMask.get(cpu) === 0) return;
  const task = k.percpu.stepTask.get(cpu);
  // A step that ptrace asked for goes on: only ours is cancelled.
  if (k.thread.ptraceStep.get(task) === 0) k.thread.stepBit.set(task, 0);
  forget(k);
  rearmOccupied(k);
}

function forget(k: Kernel): void {
  k.percpu.stepTask.set(k.machine.here, NULL);
  k.percpu.stepMask.set(k.machine.here, 0);
}
