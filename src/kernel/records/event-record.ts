import type { Bits, Field, KernelRecord, Layout } from "../../machine/index.ts";

/**
 * kernel: struct perf_event with its hw_perf_event. Three identities stay apart in it: the event
 * itself, `target` (whom its slot is accounted to; never changes) and `ctx` (whom it is scheduled
 * with; changes hands when two tasks swap their contexts).
 */
export class EventRecord {
  readonly record: KernelRecord;
  readonly refs: Field;
  readonly state: Field;
  readonly ctx: Field;
  readonly owner: Field;
  readonly parent: Field;
  readonly childMutex: Field;
  readonly childList: Bits;
  readonly groupLeader: Field;
  readonly target: Field;
  readonly cpu: Field;
  readonly oncpu: Field;
  readonly attach: Field;
  /** attr.bp_addr, .bp_len, .bp_type, .disabled; the others are bits of `flags`. */
  readonly bpAddr: Field;
  readonly bpLen: Field;
  readonly bpType: Field;
  readonly disabled: Field;
  readonly flags: Field;
  readonly sigData: Field;
  /** What the parse made of them, and the registers are programmed with: hw.info. */
  readonly hwAddr: Field;
  readonly hwLen: Field;
  readonly hwType: Field;
  /** powerpc, since v6.6: arch_hw_breakpoint::perf_single_step. */
  readonly perfSingleStep: Field;
  /** powerpc: HW_BRK_TYPE_EXTRANEOUS_IRQ. The last trap was for bytes beside the watched ones. */
  readonly extraneous: Field;
  /** PERF_HES_STOPPED. */
  readonly hwState: Field;
  readonly samplePeriod: Field;
  readonly periodLeft: Field;
  readonly count: Field;
  readonly childCount: Field;
  readonly samples: Field;
  readonly eventLimit: Field;
  readonly pendingKill: Field;
  readonly pendingWakeup: Field;
  readonly pendingDisable: Field;
  /** The task whose task work will send the SIGTRAP, or NULL. */
  readonly pendingWork: Field;
  /** Before the fix of 2022: whom the pending SIGTRAP is for. Only the checks look at it. */
  readonly sigtrapOwed: Field;
  readonly fasyncSignal: Field;
  readonly fasyncOwner: Field;
  readonly handler: Field;
  /** Descriptors and mappings. The last one closes the event. */
  readonly files: Field;
  readonly mapped: Field;
  readonly holdsSlot: Field;

  constructor(layout: Layout, bounds: { readonly events: number }) {
    const record = layout.record({ name: "event", first: 1, count: bounds.events });
    this.record = record;
    this.refs = record.field("refs");
    this.state = record.field("state");
    this.ctx = record.reference("ctx", "ctx");
    this.owner = record.reference("owner", "task");
    this.parent = record.reference("parent", "event");
    this.childMutex = record.reference("childMutex", "task");
    this.childList = record.bits("childList", "event", bounds.events);
    this.groupLeader = record.reference("groupLeader", "event");
    this.target = record.reference("target", "task");
    this.cpu = record.field("cpu");
    this.oncpu = record.field("oncpu");
    this.attach = record.field("attach");
    this.bpAddr = record.field("bpAddr");
    this.bpLen = record.field("bpLen");
    this.bpType = record.field("bpType");
    this.disabled = record.field("disabled");
    this.flags = record.field("flags");
    this.sigData = record.field("sigData");
    this.hwAddr = record.field("hwAddr");
    this.hwLen = record.field("hwLen");
    this.hwType = record.field("hwType");
    this.perfSingleStep = record.field("perfSingleStep");
    this.extraneous = record.field("extraneous");
    this.hwState = record.field("hwState");
    this.samplePeriod = record.field("samplePeriod");
    this.periodLeft = record.field("periodLeft");
    this.count = record.field("count");
    this.childCount = record.field("childCount");
    this.samples = record.field("samples");
    this.eventLimit = record.field("eventLimit");
    this.pendingKill = record.field("pendingKill");
    this.pendingWakeup = record.field("pendingWakeup");
    this.pendingDisable = record.field("pendingDisable");
    this.pendingWork = record.reference("pendingWork", "task");
    this.sigtrapOwed = record.reference("sigtrapOwed", "task");
    this.fasyncSignal = record.field("fasyncSignal");
    this.fasyncOwner = record.reference("fasyncOwner", "task");
    this.handler = record.field("handler");
    this.files = record.field("files");
    this.mapped = record.field("mapped");
    this.holdsSlot = record.field("holdsSlot");
  }
}
