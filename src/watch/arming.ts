import {
  CLOCK_MONOTONIC,
  PERF_COUNT_SW_BPF_OUTPUT,
  PERF_COUNT_SW_DUMMY,
  PERF_SAMPLE_CPU,
  PERF_SAMPLE_RAW,
  PERF_SAMPLE_TID,
  PERF_SAMPLE_TIME,
  PERF_TYPE_BREAKPOINT,
  PERF_TYPE_SOFTWARE,
  type PerfEventAttr,
  RingCursor,
  type SampleLayout,
} from "../abi/index.ts";
import { type Errno, err, ok, type Result } from "../base/index.ts";
import { EventRing, type Features, PerfEvent, type Sys } from "../linux/index.ts";
import type { Strategy } from "./coverage.ts";
import type { HitPrograms } from "./program/hit-programs.ts";
import type { Spot, SpotPiece } from "./spot.ts";

/** What every strategy needs to know to open its events. */
export interface ArmPlan {
  readonly spots: readonly Spot[];
  readonly layout: SampleLayout;
  readonly features: Features;
  /** Those whose accesses are counted; undefined for all. */
  readonly cpus: readonly number[] | undefined;
  /** Count the kernel's accesses, too. */
  readonly kernelMode: boolean;
  /** Follow forked children as well as new threads. */
  readonly children: boolean;
  /** Frames of a call chain, when one is taken. */
  readonly maxStack: number;
  /** Call chains go on into the program; else they are of the kernel only. */
  readonly userChain: boolean;
  /** Registers of the program, also of one that is in a system call: a mask as perf numbers them. */
  readonly userRegisters: bigint;
  /** Bytes of the program's stack to sample, 0 for none. */
  readonly stackBytes: number;
  /** Several samples may be of one access, which their registers tell. */
  readonly straddled: boolean;
  /** Values are wanted, and found out from instructions and registers. */
  readonly rebuilds: boolean;
  /** General registers to sample: a mask as perf numbers them, 0 for none. */
  readonly registers: bigint;
  /** Side records tell of switches of tasks, too. */
  readonly switches: boolean;
  readonly hitPages: number;
  readonly sidePages: number;
  /** Programs that send records of their own in the place of samples, with values. */
  readonly programs?: HitPrograms;
}

/** One event that watches one piece, and what its samples mean. */
export interface ArmedPiece {
  readonly event: PerfEvent;
  readonly spot: Spot;
  /** Which of all pieces, counted over all spots. */
  readonly pieceIndex: number;
}

/** A ring and the CPU it belongs to; undefined when its samples say their CPU themselves. */
export interface ArmedRing {
  readonly cursor: RingCursor;
  readonly cpu: number | undefined;
}

/** Where an event is opened, and which ring it shares: events of one lane are on one CPU or task. */
export interface Lane {
  readonly pid: number;
  readonly cpu: number;
}

/** Why not all could be armed: the call's errno, and for whom it was. */
export interface ArmRefusal {
  readonly errno: Errno;
  readonly pid: number;
  readonly cpu: number;
}

const NO_WAKEUP = 0x7fff_ffff;

/** The armed registers, and the rings that tell of their hits and of the life of tasks. */
export class Arming implements Disposable {
  readonly strategy: Strategy;
  readonly pieces: ArmedPiece[] = [];
  readonly hitRings: ArmedRing[] = [];
  readonly sideRings: ArmedRing[] = [];
  /** What the programs' records go out by, one for each CPU. */
  readonly outputs: PerfEvent[] = [];
  readonly plan: ArmPlan;
  /** Some thread may be covered by two events; the reader must count each access once. */
  mayOverlap = false;
  /** No listing of threads found a new one any more. */
  settled = true;
  /** Threads that must have inherited their events, for no register was free for one of their own. */
  readonly assumed: number[] = [];
  private readonly sys: Sys;
  private readonly undo = new DisposableStack();
  private readonly hitOwners = new Map<number, PerfEvent>();
  private readonly sideOwners = new Map<number, PerfEvent>();

  constructor(sys: Sys, plan: ArmPlan, strategy: Strategy) {
    this.sys = sys;
    this.plan = plan;
    this.strategy = strategy;
  }

  /** Opens the event that tells of forks, execs, exits and mappings on this lane; it is on at once. */
  openSide(lane: Lane): Result<PerfEvent, ArmRefusal> {
    const { switches } = this.plan;
    const flags = ["task", "comm", "commExec", "mmap2", "sampleIdAll", ...this.clock()] as const;
    const event = this.open(lane, {
      type: PERF_TYPE_SOFTWARE,
      config: PERF_COUNT_SW_DUMMY,
      sampleType: PERF_SAMPLE_TIME | (switches ? PERF_SAMPLE_TID | PERF_SAMPLE_CPU : 0),
      // Without samples the kernel's accesses are no matter, and leaving them out needs no right.
      flags: [
        ...flags,
        "excludeKernel",
        ...(switches ? (["contextSwitch"] as const) : []),
        ...this.inheritance(),
      ],
    });
    if (event.ok) this.attach(event.value, lane, "side");
    return event;
  }

  /** Opens one event for each piece of each spot on this lane. */
  openHits(lane: Lane): Result<void, ArmRefusal> {
    let pieceIndex = 0;
    for (const spot of this.plan.spots) {
      for (const piece of spot.pieces) {
        const event = this.open(lane, this.hitAttr(piece));
        if (!event.ok) return event;
        const program = this.plan.programs?.programOf(pieceIndex);
        if (program !== undefined) event.value.setBpf(program);
        if (this.samples) this.attach(event.value, lane, "hit");
        this.pieces.push({ event: event.value, spot, pieceIndex });
        pieceIndex += 1;
      }
    }
    return ok(undefined);
  }

  /** Opens the event that the programs' records of this CPU go out by. */
  openOutput(cpu: number): Result<void, ArmRefusal> {
    const { programs, layout, maxStack, registers, userRegisters, stackBytes } = this.plan;
    if (programs === undefined) return ok(undefined);
    const lane = { pid: -1, cpu };
    const event = this.open(lane, {
      type: PERF_TYPE_SOFTWARE,
      config: PERF_COUNT_SW_BPF_OUTPUT,
      samplePeriod: 1,
      sampleType: layout.sampleType | PERF_SAMPLE_RAW,
      sampleMaxStack: maxStack,
      sampleRegsUser: userRegisters,
      sampleStackUser: stackBytes,
      sampleRegsIntr: registers,
      flags: [...this.clock(), ...this.chainFlags()],
    });
    if (!event.ok) return event;
    this.attach(event.value, lane, "hit");
    this.outputs.push(event.value);
    const sent = programs.sendBy(cpu, event.value.fd);
    return sent.ok ? ok(undefined) : err({ errno: sent.error, ...lane });
  }

  /** Where a side record has its time, in words from its end. */
  get sideTime(): number {
    return this.plan.switches ? 4 : 2;
  }

  /** Lets the events count. Those for tasks do so since they were opened. */
  enable(): void {
    if (this.strategy === "task") return;
    for (const { event } of this.pieces) event.enable();
  }

  /** Lets all events count again that `disable` has stopped, inherited ones as well. */
  resume(): void {
    for (const { event } of this.pieces) event.enable();
  }

  /** From now on this eBPF program decides which hits become samples. */
  setBpf(program: number): void {
    for (const { event } of this.pieces) event.setBpf(program);
  }

  /** What the kernel counted until now, over all events. */
  counted(): bigint {
    return this.pieces.reduce((sum, { event }) => sum + event.counts().count, 0n);
  }

  disable(): void {
    for (const { event } of this.pieces) event.disable();
  }

  [Symbol.dispose](): void {
    this.undo.dispose();
  }

  /**
   * Samples are made, too. Where programs send records instead, there are none; but a child that
   * inherited its event before the program was attached to it makes samples still.
   */
  private get samples(): boolean {
    return this.plan.programs === undefined || this.strategy === "task";
  }

  private hitAttr(piece: SpotPiece): PerfEventAttr {
    const { layout, kernelMode, maxStack, registers, userRegisters, stackBytes } = this.plan;
    return {
      type: PERF_TYPE_BREAKPOINT,
      samplePeriod: 1,
      sampleType: this.samples ? layout.sampleType : 0,
      bpType: piece.bpType,
      bpAddr: piece.address,
      bpLen: piece.length,
      sampleMaxStack: maxStack,
      sampleRegsUser: userRegisters,
      sampleStackUser: stackBytes,
      sampleRegsIntr: registers,
      flags: [
        ...this.startsDisabled(),
        ...this.clock(),
        ...(kernelMode ? [] : (["excludeKernel", "excludeHv"] as const)),
        ...this.chainFlags(),
        ...this.inheritance(),
      ],
    };
  }

  private chainFlags() {
    return this.plan.userChain ? [] : (["excludeCallchainUser"] as const);
  }

  private clock() {
    return ["useClockid", "watermark"] as const;
  }

  /**
   * An event for tasks counts from the start. Enabling it later would miss some children: one that
   * inherits in that moment takes the state "off" from its parent's event, but is not yet in the list
   * of children that are enabled; and as contexts are swapped, its own children inherit "off", too.
   */
  private startsDisabled() {
    return this.strategy === "task" ? [] : (["disabled"] as const);
  }

  private inheritance() {
    if (this.strategy !== "task") return [];
    return this.plan.children ? (["inherit"] as const) : (["inherit", "inheritThread"] as const);
  }

  private open(lane: Lane, attr: PerfEventAttr): Result<PerfEvent, ArmRefusal> {
    const tellsLost = this.plan.features.formatLost;
    const whole = { ...attr, clockid: CLOCK_MONOTONIC, wakeupWatermark: NO_WAKEUP };
    const event = PerfEvent.open(this.sys, whole, { ...lane, tellsLost });
    if (!event.ok) return err({ errno: event.error, pid: lane.pid, cpu: lane.cpu });
    this.undo.use(event.value);
    return event;
  }

  /** Gives the event its lane's ring, which the first one maps. */
  private attach(event: PerfEvent, lane: Lane, kind: "hit" | "side"): void {
    const owners = kind === "hit" ? this.hitOwners : this.sideOwners;
    const key = lane.cpu >= 0 ? lane.cpu : -lane.pid;
    const owner = owners.get(key);
    if (owner !== undefined) {
      event.outputTo(owner);
      return;
    }
    owners.set(key, event);
    const pages = kind === "hit" ? this.plan.hitPages : this.plan.sidePages;
    const ring = EventRing.map(this.sys, event, pages);
    this.undo.use(ring);
    const rings = kind === "hit" ? this.hitRings : this.sideRings;
    rings.push({ cursor: new RingCursor(ring), cpu: lane.cpu >= 0 ? lane.cpu : undefined });
  }
}
