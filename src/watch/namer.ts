import { asPid } from "../base/index.ts";
import type { Culprit, Frame, Symbolizer } from "../symbols/index.ts";
import type { RawHit } from "./raw-hit.ts";
import type { Sites } from "./sites.ts";
import { asAddress, type CallStack, isKernel, type StackCut, type Stacks } from "./stacks.ts";
import { syscallOf } from "./syscall-name.ts";

/** Who made an access: the code, and the callers if a call chain was taken. */
export interface Named {
  /** The writer to name: the instruction's function, or the JavaScript that it worked for. */
  readonly frame: Frame;
  /** The code at the trap, where that is a builtin or a library working for `frame`. */
  readonly via: Frame | undefined;
  /** The instruction; undefined where the code cannot be had. */
  readonly culprit: Culprit | undefined;
  /** Of an access by the kernel: the system call that it worked for, without its prefix. */
  readonly syscall: string | undefined;
}

/** A call stack by name, innermost first. */
export interface NamedStack {
  readonly frames: readonly Frame[];
  /** Why it ends early, or from where on it is less certain; undefined if it is whole. */
  readonly cut: StackCut | undefined;
  /** The same addresses will have the same names: none is of code compiled at run time. */
  readonly lasts: boolean;
}

/** Puts names to hits. */
export class Namer {
  /** Some name is that of optimised code, which may have other functions inlined. */
  sawInlining = false;
  private readonly symbols: Symbolizer;
  private readonly sites: Sites;
  private readonly stacks: Stacks;
  private readonly inlines: boolean;
  /** Names depend on the call chain, not on the instruction alone. */
  readonly chained: boolean;
  private readonly stacked: boolean;
  /** A call that stored its return address is told by the value that it left. */
  readonly callsByValue: boolean;
  private readonly named = new WeakMap<CallStack, NamedStack>();

  constructor(
    symbols: Symbolizer,
    how: {
      readonly sites: Sites;
      readonly stacks: Stacks;
      readonly chained: boolean;
      /** Whole stacks are sampled. */
      readonly stacked: boolean;
      /** The kernel tells values, and each sample where the stack's top was. */
      readonly callsByValue: boolean;
      /** Optimised scripts may have functions inlined. */
      readonly inlines: boolean;
    },
  ) {
    this.symbols = symbols;
    this.sites = how.sites;
    this.stacks = how.stacks;
    this.chained = how.chained;
    this.stacked = how.stacked;
    this.callsByValue = how.callsByValue && !how.stacked;
    this.inlines = how.inlines;
  }

  name(hit: RawHit): Named {
    const named = this.nameOf(hit);
    const { tier } = named.frame;
    if (this.inlines && (tier === "optimised" || tier === "maglev")) this.sawInlining = true;
    return named;
  }

  /** The hit's call stack: the same object for the same stack. */
  stackOf(hit: RawHit): CallStack {
    return this.stacks.of(hit);
  }

  /** The whole call stack by name, innermost first. */
  stack(hit: RawHit): NamedStack {
    const stack = this.stacks.of(hit);
    const known = this.named.get(stack);
    if (known !== undefined) return known;
    const [, ...callers] = stack.addresses;
    const named = callers.map((it) => this.caller(hit.pid, asAddress(it), isKernel(it)));
    // Code without frame pointers leaves anything at all where the next return address would be.
    const end = named.findIndex(({ kind }) => kind === "unknown");
    const frames = [this.atTrap(hit), ...(end < 0 ? named : named.slice(0, end))];
    // Compiled code moves: what is at its address may be another function by the next hit.
    const lasts = frames.every(({ kind }) => kind === "elf" || kind === "kernel");
    const result = { frames, cut: stack.cut ?? (end < 0 ? undefined : "no-rule"), lasts } as const;
    if (lasts) this.named.set(stack, result);
    return result;
  }

  private nameOf(hit: RawHit): Named {
    const frame = this.atTrap(hit);
    const { culprit } = this.sites.of(hit);
    if (hit.kernel) return { ...NOTHING_MORE, frame, culprit, syscall: this.syscall(hit) };
    const caller = this.callThatLedHere(hit, culprit);
    if (caller !== undefined) return { ...NOTHING_MORE, ...caller };
    if (!this.chained || frame.tier !== undefined) return { ...NOTHING_MORE, frame, culprit };
    // Native code and V8's builtins work for JavaScript: name the first function of that, if any.
    const script = hit
      .chain()
      .slice(1)
      .map(({ address }) => this.caller(hit.pid, address, false))
      .find(({ tier }) => tier !== undefined);
    if (script === undefined) return { ...NOTHING_MORE, frame, culprit };
    return { ...NOTHING_MORE, frame: script, via: frame, culprit };
  }

  /** What is at the trap was led to from elsewhere, by one of perhaps many calls. */
  isLedTo(hit: RawHit): boolean {
    return this.sites.of(hit).culprit?.doubt === "led-here";
  }

  /** A call that stored its return address has led to the function it called: that tells whence. */
  private callThatLedHere(
    hit: RawHit,
    culprit: Culprit | undefined,
  ): { readonly frame: Frame; readonly culprit: Culprit } | undefined {
    if (culprit?.doubt !== "led-here") return undefined;
    const address = this.stacked
      ? this.stacks.of(hit).addresses.slice(1).map(asAddress)[0]
      : this.sites.storedOnTop(hit);
    if (address === undefined) return undefined;
    const call = this.symbols.instructionBefore(asPid(hit.pid), address);
    if (call?.instruction?.flow !== "call") return undefined;
    return { frame: this.caller(hit.pid, address, false), culprit: call };
  }

  private syscall(hit: RawHit): string | undefined {
    const frames = this.stacks
      .of(hit)
      .addresses.filter(isKernel)
      .map((address) => this.caller(hit.pid, asAddress(address), true).symbol);
    return syscallOf(frames);
  }

  /** The code at the trap, by the instruction that made the access where that is known. */
  private atTrap(hit: RawHit): Frame {
    const behind = this.sites.trapsBehind(hit.spot);
    const pid = asPid(hit.pid);
    const mode = hit.kernel ? "kernel" : "user";
    const { culprit } = this.sites.of(hit);
    const here = culprit?.atTrap === true || culprit?.doubt === "led-here";
    return this.symbols.resolve(pid, hit.ip, { mode, after: behind && !here });
  }

  /** A return address follows the call. */
  private caller(pid: number, address: bigint, kernel: boolean): Frame {
    const mode = kernel ? "kernel" : "user";
    return this.symbols.resolve(asPid(pid), address, { mode, after: true });
  }
}

const NOTHING_MORE = { via: undefined, culprit: undefined, syscall: undefined } as const;
