import {
  PERF_SAMPLE_REGS_ABI_32,
  PERF_SAMPLE_REGS_ABI_64,
  type RingCursor,
  type SampleLayout,
} from "../abi/index.ts";
import type { StackPart } from "../symbols/index.ts";

/** Registers of x86-64 as perf numbers them. */
export const PERF_REG = {
  bx: 1,
  cx: 2,
  si: 4,
  di: 5,
  bp: 6,
  sp: 7,
  ip: 8,
  r10: 18,
  r12: 20,
  r13: 21,
  r14: 22,
  r15: 23,
} as const;

/** What unwinding needs: what a function must give back, and what it may find its frame by. */
export const UNWIND_REGISTERS = maskOf(["bx", "bp", "sp", "ip", "r10", "r12", "r13", "r14", "r15"]);
/** What a string instruction counts with, and where a call stores. */
export const STRING_REGISTERS = maskOf(["cx", "si", "di", "sp"]);

function maskOf(names: readonly (keyof typeof PERF_REG)[]): bigint {
  return names.reduce((mask, name) => mask | (1n << BigInt(PERF_REG[name])), 0n);
}

/** Where each register of a mask stands among those sampled: an index, or -1. */
export function registerPlaces(mask: bigint): Int8Array {
  let next = 0;
  return Int8Array.from({ length: 64 }, (_, bit) => ((mask >> BigInt(bit)) & 1n ? next++ : -1));
}

const HIGH_WORD = 2 ** 32;
const PLACES = registerPlaces(UNWIND_REGISTERS);
const COUNT = PLACES.filter((it) => it >= 0).length;

/**
 * The program's registers and the top of its stack, as a sample has them: at the access, or of an
 * access by the kernel where it entered the system call. Valid while the cursor stands there.
 *
 *     u64 abi; u64 registers[n]; u64 size; u8 stack[size]; u64 dyn_size
 */
export class SampledUser implements StackPart {
  private readonly hasStack: boolean;
  private cursor: RingCursor | undefined;
  private registersAt = 0;
  private stackAt = 0;
  private stackBytes = 0;
  private top = 0;

  constructor({ stackUser }: SampleLayout) {
    this.hasStack = stackUser;
  }

  /**
   * Looks at the fields that begin `abiAt` words behind the record's start. False if it has no
   * registers: of a kernel thread, or of a program of 32 bits.
   */
  read(cursor: RingCursor, abiAt: number): boolean {
    if (cursor.word(abiAt) !== PERF_SAMPLE_REGS_ABI_64) return false;
    this.cursor = cursor;
    this.registersAt = abiAt + 2;
    const sizeAt = this.registersAt + 2 * COUNT;
    const size = this.hasStack ? cursor.word(sizeAt) : 0;
    this.stackAt = sizeAt + 2;
    // Of what was reserved, that many bytes were there to be copied.
    this.stackBytes = size === 0 ? 0 : Math.min(size, cursor.word(this.stackAt + size / 4));
    this.top = this.register(PERF_REG.sp);
    return true;
  }

  /** Whether the fields there are of a program of 32 bits, which is not unwound. */
  isNarrow(cursor: RingCursor, abiAt: number): boolean {
    return cursor.word(abiAt) === PERF_SAMPLE_REGS_ABI_32;
  }

  /** A register by perf's number, as a double. */
  register(number: number): number {
    const place = PLACES[number] ?? -1;
    if (this.cursor === undefined || place < 0) return Number.NaN;
    const at = this.registersAt + 2 * place;
    return this.cursor.word(at + 1) * HIGH_WORD + this.cursor.word(at);
  }

  word(address: number): number {
    const offset = address - this.top;
    if (!(offset >= 0) || offset + 8 > this.stackBytes || offset % 4 !== 0) return Number.NaN;
    const at = this.stackAt + offset / 4;
    if (this.cursor === undefined) return Number.NaN;
    return this.cursor.word(at + 1) * HIGH_WORD + this.cursor.word(at);
  }
}
