import type { Bits, Field, KernelRecord } from "../../machine/index.ts";
import { SIGNALS } from "../signal-names.ts";

/** How deep signal handlers can interrupt each other. */
export const USER_FRAMES = 4;

/** What the subsystem, signals, ptrace and the running program add to struct task_struct. */
export class ThreadFields {
  readonly refs: Field;
  readonly exiting: Field;
  /** kernel: perf_event_ctxp, perf_event_mutex, and signal->exec_update_lock (-1: a writer). */
  readonly ctx: Field;
  readonly perfEventMutex: Field;
  readonly execLock: Field;
  readonly leader: Field;
  readonly parent: Field;
  readonly tracer: Field;
  readonly user: Field;
  readonly dumpable: Field;
  /** The signal that killed it, counted from 1; 0 is none. */
  readonly killedBy: Field;
  /** The signal that it has stopped with, until the tracer was told; that it is to go on with. */
  readonly ptraceMessage: Field;
  readonly injected: Field;
  /** Which events the process has descriptors of. Kept in the leader, threads share them. */
  readonly files: Bits;
  /** Of which events it has mapped the ring; a second time is not told apart. Kept in the leader. */
  readonly rings: Bits;
  /** The thread of the process that is in an exec. Kept in the leader. */
  readonly groupExec: Field;

  /** The program: which one, its next statement, how often that was done already. */
  readonly actor: Field;
  readonly ip: Field;
  readonly done: Field;
  /** The user frames: 0 is the program, the others signal handlers. */
  readonly depth: Field;
  readonly func: Field;
  readonly sub: Field;
  readonly resume: Field;
  readonly handlerOf: Field;

  /** Masks of signals; and what a process does about them, which is kept in the leader. */
  readonly pending: Field;
  readonly blocked: Field;
  readonly ignored: Field;
  readonly handler: Field;
  readonly sigCode: Field;
  readonly sigData: Field;
  readonly sigAddr: Field;
  readonly taskWork: Bits;

  /** The step bit in the saved registers, and whether ptrace wants it. */
  readonly stepBit: Field;
  readonly ptraceStep: Field;
  /** powerpc, designs a and b: thread.last_hit_ubp[]. */
  readonly lastHitUbp: Field;
  /** arm64: debug.bps_disabled, wps_disabled, suspended_step. */
  readonly bpsDisabled: Field;
  readonly wpsDisabled: Field;
  readonly suspendedStep: Field;
  /** ptrace's own breakpoints, x86's virtual DR6 and DR7. */
  readonly ptraceBps: Field;
  /** powerpc: thread.hw_brk[0], which PTRACE_SET_DEBUGREG leaves behind: address and type. */
  readonly hwBrkAddr: Field;
  readonly hwBrkType: Field;
  readonly virtualDr6: Field;
  readonly ptraceDr7: Field;

  /**
   * The ideal observer, per user frame: which events the access under way was due for, which counted
   * it, and how often it has trapped.
   */
  readonly due: readonly Bits[];
  readonly counted: readonly Bits[];
  readonly traps: Field;

  constructor(record: KernelRecord, bounds: { readonly events: number; readonly slots: number }) {
    const { events, slots } = bounds;
    this.refs = record.field("refs");
    this.exiting = record.field("exiting");
    this.ctx = record.reference("perfEventCtxp", "ctx");
    this.perfEventMutex = record.reference("perfEventMutex", "task");
    this.execLock = record.field("execUpdateLock");
    this.leader = record.reference("groupLeader", "task");
    this.parent = record.reference("parent", "task");
    this.tracer = record.reference("tracer", "task");
    this.user = record.field("user");
    this.dumpable = record.field("dumpable");
    this.killedBy = record.field("killedBy");
    this.ptraceMessage = record.field("ptraceMessage");
    this.injected = record.field("injected");
    this.files = record.bits("files", "event", events);
    this.rings = record.bits("rings", "event", events);
    this.groupExec = record.reference("groupExec", "task");
    this.actor = record.field("actor");
    this.ip = record.field("ip");
    this.done = record.field("done");
    this.depth = record.field("depth");
    this.func = record.field("func", USER_FRAMES);
    this.sub = record.field("sub", USER_FRAMES);
    this.resume = record.field("resume", USER_FRAMES);
    this.handlerOf = record.field("handlerOf", USER_FRAMES);
    this.pending = record.field("pending");
    this.blocked = record.field("blocked");
    this.ignored = record.field("ignored");
    this.handler = record.field("sigaction", SIGNALS);
    this.sigCode = record.field("si_code", SIGNALS);
    this.sigData = record.field("si_perf_data", SIGNALS);
    this.sigAddr = record.field("si_addr", SIGNALS);
    this.taskWork = record.bits("taskWork", "event", events);
    this.stepBit = record.field("stepBit");
    this.ptraceStep = record.field("ptraceStep");
    this.lastHitUbp = record.reference("thread.last_hit_ubp", "event", slots);
    this.bpsDisabled = record.field("bpsDisabled");
    this.wpsDisabled = record.field("wpsDisabled");
    this.suspendedStep = record.field("suspendedStep");
    this.ptraceBps = record.reference("ptraceBps", "event", 4);
    this.hwBrkAddr = record.field("hwBrkAddr");
    this.hwBrkType = record.field("hwBrkType");
    this.virtualDr6 = record.field("virtualDr6");
    this.ptraceDr7 = record.field("ptraceDr7");
    const frames = Array.from({ length: USER_FRAMES }, (_, frame) => frame);
    this.due = frames.map((frame) => record.bits(`due${frame}`, "event", events));
    this.counted = frames.map((frame) => record.bits(`counted${frame}`, "event", events));
    this.traps = record.field("traps", USER_FRAMES);
  }
}
