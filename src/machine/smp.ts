import { assert } from "../base/index.ts";
import type { Field } from "./field.ts";
import type { Layout } from "./layout.ts";
import { NULL } from "./life.ts";
import type { KernelRecord } from "./record.ts";

/** What a task is doing. `ready` includes running: a running task is some processor's `current`. */
export const TASK = { unborn: 0, ready: 1, asleep: 2, stopped: 3, zombie: 4 } as const;

const STACK_WORDS = 72;
const SWITCH_WORDS = 12;

/** A processor: who runs on it, and the context switch it may be in the middle of. */
export class CpuRecord {
  readonly record: KernelRecord;
  readonly current: Field;
  readonly online: Field;
  /** Non-zero from the start of a context switch to its end. */
  readonly irqsOff: Field;
  readonly top: Field;
  readonly stack: Field;
  readonly stackWords = SWITCH_WORDS;

  constructor(layout: Layout, count: number) {
    const record = layout.record({ name: "cpu", first: 0, count });
    this.record = record;
    this.current = record.reference("current", "task");
    this.online = record.field("online");
    this.irqsOff = record.field("irqsOff");
    this.top = record.field("top");
    this.stack = record.stack(SWITCH_WORDS);
  }
}

/** The scheduler's part of a task. What a subsystem knows of a task is a record of its own. */
export class TaskRecord {
  readonly record: KernelRecord;
  readonly state: Field;
  /** The processor that it runs on or is being switched to, or -1. */
  readonly cpu: Field;
  /** Where it ran last; a mask of where it may run. */
  readonly lastCpu: Field;
  readonly allowed: Field;
  /** The step that must be tried again: what it waits for is looked up by the kernel. */
  readonly waitKind: Field;
  readonly waitFor: Field;
  readonly top: Field;
  readonly stack: Field;
  readonly stackWords = STACK_WORDS;

  constructor(layout: Layout, count: number) {
    const record = layout.record({ name: "task", first: 1, count });
    this.record = record;
    this.state = record.field("state");
    this.cpu = record.field("cpu");
    this.lastCpu = record.field("lastCpu");
    this.allowed = record.field("allowed");
    this.waitKind = record.field("waitKind");
    this.waitFor = record.field("waitFor");
    this.top = record.field("top");
    this.stack = record.stack(STACK_WORDS);
  }

  /** A new task, which nobody can see until its state is set. */
  alloc(allowed: number, wanted = NULL): number {
    const task = this.record.alloc(wanted);
    this.cpu.set(task, -1);
    this.lastCpu.set(task, -1);
    this.allowed.set(task, allowed);
    assert(this.state.get(task) === TASK.unborn, "a new task is not born yet");
    return task;
  }
}
