import type { Bits, Field, KernelRecord, Layout } from "../../machine/index.ts";

/** What the subsystem keeps per processor: its contexts, the slots, and the debug registers. */
export class PerCpuRecord {
  readonly record: KernelRecord;
  /** kernel: perf_cpu_context. The task context that is scheduled in here, or NULL. */
  readonly taskCtx: Field;
  /** kernel: bp_per_reg[] and its like. First the data slots, then those for instructions. */
  readonly slot: Field;
  /** The registers themselves: bit n is set while number n is on; and what they compare with. */
  readonly armed: Field;
  readonly regAddr: Field;
  readonly regLen: Field;
  readonly regType: Field;
  readonly regModes: Field;
  /** Before the fix of 2008: what was last written into the register, as far as the kernel knows. */
  readonly cachedAddr: Field;
  /** Events whose irq work is queued here: to wake and signal, and to disable at the event limit. */
  readonly irqWork: Bits;
  readonly disableWork: Bits;
  /** Events to disable that another processor has asked for: its interrupt is on the way. */
  readonly remoteDisableWork: Bits;
  /** powerpc, designs per-cpu and d: the step that is pending here. */
  readonly lastHit: Field;
  readonly stepTask: Field;
  readonly stepMask: Field;
  /** The events of wide breakpoints, by the number of their name. */
  readonly wide: Field;

  constructor(
    layout: Layout,
    bounds: {
      readonly cpus: number;
      readonly registers: number;
      readonly events: number;
      readonly handles: number;
    },
  ) {
    const { cpus, registers } = bounds;
    const record = layout.record({ name: "perCpu", first: 0, count: cpus });
    this.record = record;
    this.taskCtx = record.reference("taskCtx", "ctx");
    this.slot = record.reference("slot", "event", registers);
    this.armed = record.field("armed");
    this.regAddr = record.field("regAddr", registers);
    this.regLen = record.field("regLen", registers);
    this.regType = record.field("regType", registers);
    this.cachedAddr = record.field("cachedAddr", registers);
    this.regModes = record.field("regModes", registers);
    this.irqWork = record.bits("irqWork", "event", bounds.events);
    this.disableWork = record.bits("disableWork", "event", bounds.events);
    this.remoteDisableWork = record.bits("remoteDisableWork", "event", bounds.events);
    this.lastHit = record.reference("lastHit", "event", registers);
    this.stepTask = record.reference("stepTask", "task");
    this.stepMask = record.field("stepMask");
    this.wide = record.reference("wide", "event", Math.max(1, bounds.handles));
  }
}
