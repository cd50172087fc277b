import type { Result, Va } from "../base/index.ts";
import type { Access, AccessRounding, ByteRange } from "./access.ts";

export type ArchName = "x86" | "powerpc-dabr" | "powerpc-dawr" | "powerpc-p10" | "arm64";

/** What a caller asks for: the breakpoint's part of perf_event_attr, not yet believed. */
export interface BpAttr {
  readonly bpAddr: Va;
  readonly bpLen: number;
  /** A mask of HW_BREAKPOINT_R, _W and _X; any other number may come, and is refused. */
  readonly bpType: number;
  readonly excludeUser?: boolean;
  readonly excludeKernel?: boolean;
  readonly excludeHv?: boolean;
  /** The event has a target task (the kernel's hw.target), so it is not a CPU breakpoint. */
  readonly perTask?: boolean;
}

/** What one debug register compares with. This much, and no more, the hardware knows. */
export interface WatchRegister extends ByteRange {
  readonly loads: boolean;
  readonly stores: boolean;
  readonly executes: boolean;
  /** The privileges at which it compares. */
  readonly user: boolean;
  readonly kernel: boolean;
  readonly hypervisor: boolean;
}

/**
 * A breakpoint that can be installed without another check. Its own range is the user's, and
 * `register` is what is programmed for it, which is wider where the hardware is coarser.
 * `loads` to `kernel` are what the trap handler lets pass as a hit.
 */
export interface Installed extends ByteRange {
  readonly length: number;
  readonly bpType: number;
  readonly loads: boolean;
  readonly stores: boolean;
  readonly executes: boolean;
  readonly user: boolean;
  readonly kernel: boolean;
  readonly register: WatchRegister;
  /** Where the handler expects traps, which may be more than the range: double words on powerpc. */
  readonly rounded: ByteRange;
}

/** One slot's registers as numbers. `control` is a slot's share where the slots have one in common. */
export interface SlotRegisters {
  readonly address: bigint;
  readonly control: number;
  /** Address bits that are not compared (AMD's DRn_ADDR_MASK); 0 elsewhere. */
  readonly mask: number;
}

/** `extraneous`: the access trapped, and is stepped over, but it is not counted. */
export type Verdict = "hit" | "extraneous" | "none";

/** Before: the trap comes ahead of the access, which is then made a second time. */
export type TrapTiming = "before" | "after";

/** What lets the trapped instruction go on: nothing, x86's RF flag, or one single step. */
export type StepOver = "nothing" | "resume-flag" | "single-step";

export interface TrapRule {
  readonly trap: TrapTiming;
  readonly stepOver: StepOver;
  /** When the event counts: in the trap itself, or only when the step after it is done. */
  readonly counts: "at-trap" | "after-step";
}

/**
 * One architecture's breakpoints: facts as data, decisions as pure functions. None of them uses
 * `this`: a core with other registers is `{ ...architecture, slots: { ... } }`.
 */
export interface Architecture extends AccessRounding {
  readonly name: ArchName;
  readonly title: string;
  readonly slots: { readonly data: number; readonly inst: number; readonly shared: boolean };
  readonly readOnlyWatch: boolean;
  readonly data: TrapRule;
  /** Undefined where instructions cannot be watched. */
  readonly execute: TrapRule | undefined;
  /** The lengths that some data watch can have. Whether one fits at an address: `longestFrom`. */
  readonly dataLengths: readonly number[];
  /** Which addresses a length fits at, as a sentence for people. */
  readonly alignment: string;
  /** The bp_len that an instruction breakpoint is opened with, and what its address must divide by. */
  readonly executeLength: number;
  readonly executeAlignment: number;
  /** Bytes that one turn of a string instruction touches and traps for; 0: no such instruction. */
  readonly stringStep: number;
  /** What surprises people who watch on this architecture. */
  readonly quirks: readonly string[];

  /** kernel: hw_breakpoint_arch_parse(). */
  readonly archParse: (attr: BpAttr) => Result<Installed>;
  /** kernel: arch_check_bp_in_kernelspace(). What is there needs privilege. */
  readonly inKernelSpace: (installed: Installed) => boolean;
  readonly encode: (register: WatchRegister, slot: number) => SlotRegisters;
  /** Undefined for a register that is off. */
  readonly decode: (registers: SlotRegisters, slot: number) => WatchRegister | undefined;

  /** Whether the hardware, with this register alone armed, raises the exception. */
  readonly traps: (register: WatchRegister, access: Access) => boolean;
  /** What becomes of an access when this breakpoint is the only one. */
  readonly accessMatches: (installed: Installed, access: Access) => Verdict;
  /**
   * What the trap handler makes of an access that did trap. It looks at all slots of the class, the
   * disarmed ones included. When all are armed, `matchAccess` asks first whether there is a trap.
   */
  readonly matchSlots: (slots: Slots, access: Access) => SlotMatches;

  /**
   * The most bytes, up to `limit`, that one register watches exactly from `address` on. Covering
   * takes them greedily, so it must hold: a longest first piece never makes the rest need more.
   */
  readonly longestFrom: (address: bigint, limit: number) => number;
}

export type Slots = readonly (Installed | undefined)[];

/**
 * The verdicts on up to 16 slots in one number, for the model asks millions of times:
 *
 *     31          16 15           0
 *     | extraneous  |    hits     |   bit n of each half: slot n
 */
export type SlotMatches = number;

export const NO_MATCH: SlotMatches = 0;

export function hitsIn(matches: SlotMatches): number {
  return matches & 0xffff;
}

export function extraneousIn(matches: SlotMatches): number {
  return matches >>> 16;
}

export function slotMatch(slot: number, verdict: Verdict): SlotMatches {
  if (verdict === "none") return NO_MATCH;
  return verdict === "hit" ? 1 << slot : 0x10000 << slot;
}
