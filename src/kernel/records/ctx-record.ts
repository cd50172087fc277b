import type { Bits, Field, KernelRecord, Layout } from "../../machine/index.ts";

/** kernel: struct perf_event_context. Ids 1 to the number of processors are the CPU contexts. */
export class CtxRecord {
  readonly record: KernelRecord;
  readonly refs: Field;
  readonly mutex: Field;
  /** The task it is scheduled with: NULL for a CPU context, TOMBSTONE once its last task is gone. */
  readonly task: Field;
  readonly events: Bits;
  readonly nrEvents: Field;
  /** Which of EVENT_PINNED and EVENT_FLEXIBLE are scheduled in. */
  readonly isActive: Field;
  readonly pinCount: Field;
  readonly generation: Field;
  readonly parentCtx: Field;
  readonly parentGen: Field;
  readonly nrNoSwitchFast: Field;
  /** Somebody has dropped a reference and said so to who waits for the last one. */
  readonly woken: Field;

  constructor(layout: Layout, bounds: { readonly contexts: number; readonly events: number }) {
    const record = layout.record({ name: "ctx", first: 1, count: bounds.contexts });
    this.record = record;
    this.refs = record.field("refs");
    this.mutex = record.reference("mutex", "task");
    this.task = record.reference("task", "task");
    this.events = record.bits("events", "event", bounds.events);
    this.nrEvents = record.field("nrEvents");
    this.isActive = record.field("isActive");
    this.pinCount = record.field("pinCount");
    this.generation = record.field("generation");
    this.parentCtx = record.reference("parentCtx", "ctx");
    this.parentGen = record.field("parentGen");
    this.woken = record.field("woken");
    this.nrNoSwitchFast = record.field("nrNoSwitchFast");
  }
}
