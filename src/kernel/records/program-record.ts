import type { Field, KernelRecord, Layout } from "../../machine/index.ts";
import { SIGNALS } from "../signal-names.ts";

/** What a running program leaves behind: its results, and which task and event a name stands for. */
export class ProgramRecord {
  readonly record: KernelRecord;
  /** Statements of each phase that are still to be done: the next phase waits for them. */
  readonly remaining: Field;
  readonly result: Field;
  readonly taskOf: Field;
  readonly eventOf: Field;
  /** The count and the samples that an event had when it was closed. */
  readonly lastCount: Field;
  readonly lastSamples: Field;
  /** What became of an actor's task: 0 lives or is not born yet, 1 has exited, n+2 was killed by n. */
  readonly fate: Field;
  /** How often each actor has handled each signal, and the siginfo of the last one. */
  readonly handled: Field;
  readonly sigCode: Field;
  readonly sigData: Field;
  readonly sigAddr: Field;
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
    this.lastSamples = record.field("lastSamples", Math.max(1, sizes.handles));
    this.fate = record.field("fate", sizes.actors);
    this.handled = record.field("handled", sizes.actors * SIGNALS);
    this.sigCode = record.field("si_code", sizes.actors * SIGNALS);
    this.sigData = record.field("si_perf_data", sizes.actors * SIGNALS);
    this.sigAddr = record.field("si_addr", sizes.actors * SIGNALS);
    this.hwHandle = record.field("hwHandle", Math.max(1, sizes.hwHandles));
    this.memory = record.field("memory", Math.max(1, sizes.bytes));
  }
}
