import { asPid } from "../base/index.ts";
import { type Cut, RA, type StepSource, type Symbolizer, Unwinder } from "../symbols/index.ts";
import type { RawHit } from "./raw-hit.ts";
import { PERF_REG, type SampledUser } from "./sampled-user.ts";

/** Where a stack was cut short, or that its outer part is less certain. */
export type StackCut = Cut | "frame-pointers";

const CUTS: readonly (StackCut | undefined)[] = [
  undefined,
  "stack",
  "no-rule",
  "depth",
  "frame-pointers",
];

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

/** A frame and all that were seen below it. */
interface Node {
  readonly callers: Map<number, Node>;
  readonly ends: (CallStack | undefined)[];
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

const MAX_FRAMES = 512;
/** Frames of all stacks together; beyond that they are forgotten, and made anew as they come. */
const MAX_NODES = 1 << 18;

/**
 * The call stacks of hits. The kernel's part is as the kernel walked it. The program's is unwound from
 * registers and a piece of stack, by its unwind tables; the kernel walks by frame pointers alone,
 * which leaves out the caller of a function that sets up none. Where the piece is too small, what
 * the kernel found beyond it is added.
 */
export class Stacks {
  private readonly symbols: Symbolizer;
  private readonly unwinder = new Unwinder();
  private readonly roots = new Map<number, Node>();
  private readonly steps = new Map<number, StepSource>();
  private readonly frames = new Float64Array(MAX_FRAMES);
  private count = 0;
  private nodes = 0;

  constructor(symbols: Symbolizer) {
    this.symbols = symbols;
  }

  /** The stack of a hit: whole as far as it was sampled. */
  of(hit: RawHit): CallStack {
    this.count = 0;
    this.push(hit.ipNumber);
    const chain = hit.chain();
    for (const { address, mode } of chain.slice(1)) {
      if (mode === "kernel") this.push(asNumber(address));
    }
    const user = hit.user();
    if (user === undefined) {
      for (const { address, mode } of hit.kernel ? chain : chain.slice(1)) {
        if (mode === "user") this.push(asNumber(address));
      }
      return this.intern(hit.pid, undefined);
    }
    if (hit.kernel) this.push(user.register(PERF_REG.ip));
    return this.intern(hit.pid, this.unwind(hit, user));
  }

  /** Its program is another now, or its number another's. */
  forget(pid: number): void {
    this.roots.delete(pid);
    this.steps.delete(pid);
  }

  private unwind(hit: RawHit, user: SampledUser): StackCut | undefined {
    const { unwinder } = this;
    unwinder.registers.fill(Number.NaN);
    for (const [perf, dwarf] of UNWOUND) unwinder.registers[dwarf] = user.register(perf);
    unwinder.unwind(this.stepsOf(hit.pid), user);
    for (let i = 0; i < unwinder.count; i += 1) this.push(unwinder.addresses[i] ?? 0);
    if (unwinder.cut === undefined || unwinder.cut === "depth") return unwinder.cut;
    return this.extend(hit) ? "frame-pointers" : unwinder.cut;
  }

  /**
   * Adds what the kernel found beyond the last frame, as far as it is code: where there is no frame
   * pointer it takes anything for one. False if its chain does not pass through the last frame.
   */
  private extend(hit: RawHit): boolean {
    const last = BigInt(this.frames[this.count - 1] ?? 0);
    const steps = this.stepsOf(hit.pid);
    const chain = hit.chain().map(({ address }) => address);
    const at = chain.indexOf(last);
    const beyond = at < 0 ? [] : chain.slice(at + 1).map(asNumber);
    const end = beyond.findIndex((address) => steps.stepAt(address, false) === undefined);
    for (const address of end < 0 ? beyond : beyond.slice(0, end)) this.push(address);
    return beyond.length > 0 && end !== 0;
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
    if (this.nodes >= MAX_NODES) {
      this.roots.clear();
      this.nodes = 0;
    }
    let node = this.child(this.roots, pid);
    for (let i = 0; i < this.count; i += 1) node = this.child(node.callers, this.frames[i] ?? 0);
    const end = CUTS.indexOf(cut);
    const known = node.ends[end];
    if (known !== undefined) return known;
    const stack = new CallStack(pid, [...this.frames.subarray(0, this.count)], cut);
    node.ends[end] = stack;
    return stack;
  }

  private child(nodes: Map<number, Node>, key: number): Node {
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const made: Node = { callers: new Map(), ends: [] };
    nodes.set(key, made);
    this.nodes += 1;
    return made;
  }
}

/** As a signed number, so that the kernel's addresses are exact, too. */
export function asNumber(address: bigint): number {
  return Number(BigInt.asIntN(64, address));
}

export function asAddress(value: number): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

export const isKernel = (address: number): boolean => address < 0;
