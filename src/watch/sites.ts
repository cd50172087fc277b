import { asPid } from "../base/index.ts";
import { type Culprit, readsMemory, type Symbolizer } from "../symbols/index.ts";
import type { RawHit } from "./raw-hit.ts";
import { PERF_REG } from "./sampled-user.ts";
import type { Spot } from "./spot.ts";
import { asNumber } from "./stacks.ts";

/** What is known of the code at one trap address: found out at its first hit, and kept. */
export interface Site {
  /** Undefined where it was not asked for, and of code that cannot be had: the kernel's without eBPF. */
  readonly culprit: Culprit | undefined;
  /** Bytes that one iteration of a repeated string instruction touches; 0 for any other instruction. */
  readonly element: number;
  /** The instruction has been executed to its end. */
  readonly complete: boolean;
  /** It is certain that it reads nothing. */
  readonly onlyWrites: boolean;
}

const PLAIN: Site = { culprit: undefined, element: 0, complete: true, onlyWrites: false };
const WORD = 8;
/** The kernel's code is the same for all processes, whose ids begin at 1. */
const KERNEL = 0;
const MAX_SITES = 1 << 16;

/** The sites of all processes. A hit at a site that is known costs a look-up, the next one less. */
export class Sites {
  private readonly symbols: Symbolizer;
  private readonly spots: readonly Spot[];
  private readonly trapsAfter: boolean;
  private readonly instructions: boolean;
  /** By process, then by spot, then by trap address. */
  private readonly known = new Map<number, Map<number, Site>[]>();
  private count = 0;
  private last = { pid: -1, spot: -1, ipLow: 0, ipHigh: 0, site: PLAIN };

  constructor(
    symbols: Symbolizer,
    how: {
      readonly spots: readonly Spot[];
      readonly trapsAfter: boolean;
      /** Decode all, not only what is no plain instruction: for those who show it. */
      readonly instructions: boolean;
    },
  ) {
    this.instructions = how.instructions;
    this.symbols = symbols;
    this.spots = how.spots;
    this.trapsAfter = how.trapsAfter;
  }

  of(hit: RawHit): Site {
    const { last } = this;
    if (
      last.ipLow === hit.ipLow &&
      last.ipHigh === hit.ipHigh &&
      last.pid === hit.pid &&
      last.spot === hit.spot
    ) {
      return last.site;
    }
    const site = this.lookUp(hit);
    this.last = { pid: hit.pid, spot: hit.spot, ipLow: hit.ipLow, ipHigh: hit.ipHigh, site };
    return site;
  }

  /** Whether data breakpoints of this spot trap behind the access. */
  trapsBehind(spot: number): boolean {
    return this.trapsAfter && this.spots[spot]?.mode !== "x";
  }

  /** The process has other code now. */
  forget(pid: number): void {
    this.known.delete(pid);
    this.last.pid = -1;
  }

  /** The word on top of the stack, where the range holds it whole and the kernel read it in the trap. */
  storedOnTop(hit: RawHit): bigint | undefined {
    const spot = this.spots[hit.spot];
    const top = hit.registerBits(PERF_REG.sp);
    if (hit.valueFrom !== "kernel" || spot === undefined || top === undefined) return undefined;
    const inside = top - spot.address;
    if (inside < 0n || inside + BigInt(WORD) > BigInt(spot.length)) return undefined;
    const value = hit.newValue ?? 0n;
    return BigInt.asUintN(8 * WORD, value >> (8n * inside));
  }

  private lookUp(hit: RawHit): Site {
    if (this.count >= MAX_SITES) {
      this.known.clear();
      this.count = 0;
    }
    const owner = hit.kernel ? KERNEL : hit.pid;
    const bySpot = this.known.get(owner) ?? [];
    const byIp = bySpot[hit.spot] ?? new Map<number, Site>();
    const known = byIp.get(hit.ipNumber);
    if (known !== undefined) return known;
    const site = this.examine(hit);
    this.known.set(owner, bySpot);
    bySpot[hit.spot] = byIp;
    byIp.set(hit.ipNumber, site);
    this.count += 1;
    return site;
  }

  private examine(hit: RawHit): Site {
    const mode = this.spots[hit.spot]?.mode;
    const trap = {
      address: hit.ip,
      after: this.trapsBehind(hit.spot),
      writesOnly: mode === "w",
      onStackTop: this.onStackTop(hit),
    };
    const owner = { pid: asPid(hit.pid), kernel: hit.kernel };
    const plain = !this.instructions && mode !== "r" && !this.symbols.maySurprise(owner, hit.ip);
    if (plain) return PLAIN;
    const culprit = this.symbols.culpritAt(owner, trap);
    const instruction = culprit?.instruction;
    const certain = instruction !== undefined && culprit?.doubt === undefined;
    const repeated = certain && instruction.string === "repeated" && mode !== "x";
    return {
      culprit,
      element: repeated ? (instruction.memory[0]?.size ?? 0) : 0,
      complete: culprit?.atTrap !== true,
      onlyWrites: certain && !readsMemory(instruction),
    };
  }

  /** Whether the access may be that of a call, which stores at the top of the stack. */
  private onStackTop(hit: RawHit): boolean | undefined {
    const spot = this.spots[hit.spot];
    const top = hit.register(PERF_REG.sp);
    if (spot === undefined || Number.isNaN(top)) return undefined;
    const start = asNumber(spot.address);
    return top + WORD > start && top < start + spot.length;
  }
}
