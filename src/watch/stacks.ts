import { PERF_CONTEXT_MAX } from "../abi/index.ts";
import { asPid } from "../base/index.ts";
import { type Cut, RA, type StepSource, type Symbolizer, Unwinder } from "../symbols/index.ts";
import type { RawHit } from "./raw-hit.ts";
import { PERF_REG, type SampledUser } from "./sampled-user.ts";

/** Where a stack was cut short, or that its outer part is less certain. */
export type StackCut =
  | Cut
  /** From there on it was found by frame pointers. */
  | "frame-pointers"
  /** All of it was: a program of 32 bits is not unwound by its tables. */
  | "32-bit";

/** One distinct call stack of one process: every hit with the same frames has the same object. */
export class CallStack {
  /** The trap first, then the callers. Kernel addresses are negative. */
  readonly addresses: readonly number[];
  readonly cut: StackCut | undefined;
  readonly pid: number;

  constructor(pid: number, addresses: readonly number[], cut: StackCut | undefined) {
    this.pid = pid;
    this.addresses = addresses;
    this.cut = cut;
  }
}

/** By perf's numbers and DWARF's. */
const UNWOUND = [
  [PERF_REG.bx, 3],
  [PERF_REG.bp, 6],
  [PERF_REG.sp, 7],
  [PERF_REG.r10, 10],
  [PERF_REG.r12, 12],
  [PERF_REG.r13, 13],
  [PERF_REG.r14, 14],
  [PERF_REG.r15, 15],
  [PERF_REG.ip, RA],
] as const;

const WORD = 8;
const MAX_FRAMES = 512;
/** -4095, as PERF_CONTEXT_MAX: above it there are no addresses. */
const PERF_CONTEXT_LOWEST = Number(BigInt.asIntN(64, PERF_CONTEXT_MAX));
/** Distinct stacks; beyond that they are forgotten, and made anew as they come. */
const MAX_STACKS = 1 << 15;
/** FNV's, for the hash of a stack. */
const HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

/**
 * The call stacks of hits. The kernel's part is as the kernel walked it. The program's is unwound from
 * registers and a piece of stack, by its unwind tables; the kernel walks by frame pointers alone,
 * which leaves out the caller of a function that sets up none. Where the piece is too small, what
 * the kernel found beyond it is added.
 */
export class Stacks {
  private readonly symbols: Symbolizer;
  private readonly unwinder = new Unwinder();
  /** By process, then by a hash of the frames. */
  private readonly known = new Map<number, Map<number, CallStack[]>>();
  private readonly steps = new Map<number, StepSource>();
  private readonly frames = new Float64Array(MAX_FRAMES);
  private count = 0;
  private distinct = 0;

  constructor(symbols: Symbolizer) {
    this.symbols = symbols;
  }

  /** The stack of a hit: whole as far as it was sampled. */
  of(hit: RawHit): CallStack {
    this.count = 0;
    this.push(hit.ipNumber);
    const user = hit.user();
    this.pushChain(hit, user === undefined);
    if (user === undefined) return this.intern(hit.pid, hit.isNarrow ? "32-bit" : undefined);
    if (hit.kernel) this.push(user.register(PERF_REG.ip));
    return this.intern(hit.pid, this.unwind(hit, user));
  }

  /** Its program is another now, or its number another's. */
  forget(pid: number): void {
    this.known.delete(pid);
    this.steps.delete(pid);
  }

  private unwind(hit: RawHit, user: SampledUser): StackCut | undefined {
    const { unwinder } = this;
    unwinder.registers.fill(Number.NaN);
    for (const [perf, dwarf] of UNWOUND) unwinder.registers[dwarf] = user.register(perf);
    unwinder.unwind(this.stepsOf(hit.pid), user);
    for (let i = 0; i < unwinder.count; i += 1) this.push(unwinder.addresses[i] ?? 0);
    if (unwinder.cut !== "stack") return unwinder.cut;
    return this.extend(hit, user) ? "frame-pointers" : unwinder.cut;
  }

  /** What the kernel walked of itself, and of the program where that is wanted. */
  private pushChain(hit: RawHit, withUser: boolean): void {
    if (!hit.kernel && !withUser) return;
    for (let index = 0, first = true; index < hit.chainLength; index += 1) {
      const entry = hit.chainEntry(index);
      if (isMark(entry) || entry === 0 || isNowhere(entry)) continue;
      // The chain begins with the trap itself.
      if (!first && (isKernel(entry) || withUser)) this.push(entry);
      first = false;
    }
  }

  /**
   * Adds what the kernel found beyond the sample, as far as it is code: where there is no frame pointer
   * it takes anything for one. False if its walk did not come by the return address that is missing.
   */
  private extend(hit: RawHit, user: SampledUser): boolean {
    const steps = this.stepsOf(hit.pid);
    const before = this.count;
    // Its entries are the return addresses behind rbp, behind what rbp points to, and so on.
    let frame = user.register(PERF_REG.bp);
    let first = true;
    for (let index = 0; index < hit.chainLength; index += 1) {
      const entry = hit.chainEntry(index);
      if (entry <= 0) continue;
      if (!first && this.count === before && frame + WORD !== this.unwinder.missing) {
        frame = user.word(frame);
      } else if (!first) {
        if (steps.stepAt(entry, false) === undefined) break;
        this.push(entry);
      }
      first = false;
    }
    return this.count > before;
  }

  private stepsOf(pid: number): StepSource {
    const known = this.steps.get(pid);
    if (known !== undefined) return known;
    const steps = this.symbols.stepsOf(asPid(pid));
    this.steps.set(pid, steps);
    return steps;
  }

  private push(address: number): void {
    if (this.count < MAX_FRAMES) this.frames[this.count++] = address;
  }

  /** The object for the frames that were gathered. */
  private intern(pid: number, cut: StackCut | undefined): CallStack {
    let hash = HASH_START;
    for (let i = 0; i < this.count; i += 1) {
      hash = Math.imul(hash ^ ((this.frames[i] ?? 0) | 0), HASH_PRIME);
    }
    const ofPid = this.known.get(pid);
    const alike = ofPid?.get(hash);
    const known = alike?.find((it) => it.cut === cut && this.isGathered(it.addresses));
    return known ?? this.add(pid, hash, cut);
  }

  private isGathered(addresses: readonly number[]): boolean {
    if (addresses.length !== this.count) return false;
    for (let i = 0; i < this.count; i += 1) {
      if (addresses[i] !== this.frames[i]) return false;
    }
    return true;
  }

  private add(pid: number, hash: number, cut: StackCut | undefined): CallStack {
    if (this.distinct >= MAX_STACKS) {
      this.known.clear();
      this.distinct = 0;
    }
    this.distinct += 1;
    const stack = new CallStack(pid, [...this.frames.subarray(0, this.count)], cut);
    const ofPid = this.known.get(pid) ?? new Map<number, CallStack[]>();
    this.known.set(pid, ofPid);
    ofPid.set(hash, [...(ofPid.get(hash) ?? []), stack]);
    return stack;
  }
}

/** Marks in a call chain tell whose frames follow; here the sign of an address does. */
function isMark(entry: number): boolean {
  return entry < 0 && entry >= PERF_CONTEXT_LOWEST;
}

/** With five-level page tables addresses have 57 bits that count; the kernel's are negative here. */
const LOWEST_KERNEL_ADDRESS = -(2 ** 56);

/** Where its walk of its own stack goes astray, the kernel takes what it finds for a frame. */
function isNowhere(entry: number): boolean {
  return entry < LOWEST_KERNEL_ADDRESS;
}

/** As a signed number, so that the kernel's addresses are exact, too. */
export function asNumber(address: bigint): number {
  return Number(BigInt.asIntN(64, address));
}

export function asAddress(value: number): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

export const isKernel = (address: number): boolean => address < 0;
