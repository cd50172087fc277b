import type { Field, KernelRecord, Layout } from "../../machine/index.ts";

/** What a running program leaves behind: its results, and which task and event a name stands for. */
export class ProgramRecord {
  readonly record: KernelRecord;
  /** Statements of each phase that are still to be done: the next phase waits for them. */
  readonly remaining: Field;
  readonly result: Field;
  readonly taskOf: Field;
  readonly eventOf: Field;
  /** The count that an event had when it was closed. */
  readonly lastCount: Field;
  /** The number that PPC_PTRACE_SETHWDEBUG gave for each named handle. */
  readonly hwHandle: Field;
  readonly memory: Field;

  constructor(
    layout: Layout,
    sizes: {
      phases: number;
      steps: number;
      actors: number;
      handles: number;
      hwHandles: number;
      bytes: number;
    },
  ) {
    const record = layout.record({ name: "program", first: 1, count: 1 });
    this.record = record;
    this.remaining = record.field("remaining", sizes.phases);
    this.result = record.field("result", sizes.steps);
    this.taskOf = record.reference("taskOf", "task", sizes.actors);
    this.eventOf = record.reference("eventOf", "event", Math.max(1, sizes.handles));
    this.lastCount = record.field("lastCount", Math.max(1, sizes.handles));
    this.hwHandle = record.field("hwHandle", Math.max(1, sizes.hwHandles));
    this.memory = record.field("memory", Math.max(1, sizes.bytes));
  }
}
