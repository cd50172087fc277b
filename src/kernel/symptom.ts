import { NULL, type Violation } from "../machine/index.ts";
import { PERF_EVENT_STATE } from "./event-state.ts";
import { isArmed } from "./hw-registers.ts";
import type { Kernel } from "./kernel.ts";

/** Failures of what a task sees of its breakpoints, which no call chain tells apart. */
const OF_HITS: ReadonlySet<string> = new Set([
  "missed-hit",
  "stray-hit",
  "double-hit",
  "unexplained-sigtrap",
  "missed-signal",
  "endless-trap",
  "stale-register",
]);

/**
 * What a failure looks like in the state in which it shows, without names, numbers and whatever the
 * design keeps of its own. Two failures that look the same are of one kind, on any powerpc design.
 */
export function symptomOf(k: Kernel, violation: Violation): string {
  const { property, chain, message } = violation;
  const where = chain.length === 0 ? "user mode" : chain.join(" > ");
  const what = message.replace(/-?\d+/g, "N");
  const looks = OF_HITS.has(property) ? looksOf(k) : [];
  return [`${property} in ${where}`, what, ...looks].join("; ");
}

/** The task of the failing step, its context, and the registers of its processor. */
function looksOf(k: Kernel): readonly string[] {
  const { machine, thread } = k;
  const task = machine.self === NULL ? k.current : machine.self;
  const looks: string[] = [];
  if (task !== NULL && thread.stepBit.get(task) !== 0) looks.push("it has the step bit");
  if (otherTaskSteps(k, task)) looks.push("another task has the step bit");
  const ctx = task === NULL ? NULL : thread.ctx.get(task);
  if (ctx !== NULL && isSwapped(k, ctx, task)) looks.push("its context was another's");
  for (let register = 0; register < k.registers; register++) {
    const look = slotLook(k, register, ctx);
    if (!looks.includes(look)) looks.push(look);
  }
  if (hasUnscheduled(k, ctx) || hasUnscheduled(k, k.cpuCtx(machine.here)))
    looks.push("an enabled event is in no slot");
  return looks;
}

function otherTaskSteps(k: Kernel, task: number): boolean {
  const { machine, thread } = k;
  for (let it = 1; it <= machine.tasks; it++) {
    if (it !== task && machine.task.record.isLive(it) && thread.stepBit.get(it) !== 0) return true;
  }
  return false;
}

/** Contexts that were swapped hold events that were opened or inherited for another task. */
function isSwapped(k: Kernel, ctx: number, task: number): boolean {
  const { events } = k.ctx;
  for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
    if (k.event.target.get(event) !== task) return true;
  }
  return false;
}

function slotLook(k: Kernel, register: number, ctx: number): string {
  const cpu = k.machine.here;
  const event = k.percpu.slot.get(cpu, register);
  const isOn = isArmed(k, cpu, register);
  if (event === NULL) return isOn ? "a register without an event" : "a free register";
  if (!k.event.record.isLive(event)) return "a freed event in a slot";
  const of = k.event.ctx.get(event);
  const whose =
    of === ctx ? "its event" : of === k.cpuCtx(cpu) ? "the CPU's event" : "a foreign event";
  return isOn ? `${whose} is armed` : `${whose} has its register off`;
}

function hasUnscheduled(k: Kernel, ctx: number): boolean {
  if (ctx === NULL) return false;
  const { events } = k.ctx;
  for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
    if (k.event.state.get(event) === PERF_EVENT_STATE.inactive) {
      const cpu = k.event.cpu.get(event);
      if (cpu < 0 || cpu === k.machine.here) return true;
    }
  }
  return false;
}
