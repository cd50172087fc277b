import { ok, type Result, type Va } from "../base/index.ts";
import { alignDown, type ByteRange } from "./access.ts";
import type { Architecture } from "./architecture.ts";
import { HW_BREAKPOINT_R, HW_BREAKPOINT_RW, HW_BREAKPOINT_W, HW_BREAKPOINT_X } from "./bp-type.ts";
import { hex, type Refusal, refuse, tooMany } from "./refusal.ts";
import { registersFor, type Span, split } from "./split.ts";

export type WatchMode = "r" | "w" | "rw" | "x";

export interface CoverRequest {
  readonly address: Va;
  /** Bytes of data, 1 if not given. An instruction is watched by its first byte, whatever this says. */
  readonly length?: number;
  readonly mode: WatchMode;
}

/** One breakpoint to open: bp_addr, bp_len and bp_type as the kernel wants them. */
export interface Piece {
  readonly address: Va;
  readonly length: number;
  readonly bpType: number;
  /**
   * The bytes that trap. Where they are more than the piece, the kernel steps over accesses beside
   * it and does not count them: they cost time, the count stays exact.
   */
  readonly trapRange: ByteRange;
  /** What is counted beyond what was asked for. */
  readonly inexact?: string;
}

/**
 * Covers each byte of a range once, and no other, with the fewest registers; or says what would
 * fit. `freeSlots` is the number left in the class that the mode draws from.
 *
 * Pieces do not overlap, but one access may straddle two of them: each then counts it.
 */
export function coverRange(
  arch: Architecture,
  request: CoverRequest,
  freeSlots: number,
): Result<readonly Piece[], Refusal> {
  if (request.mode === "x") return coverInstruction(arch, request.address, freeSlots);

  const { address, length = 1, mode } = request;
  if (!Number.isSafeInteger(length) || length < 1) {
    return refuse("empty", `a range of ${length} bytes cannot be watched: it needs 1 or more`);
  }
  const end = address + BigInt(length);
  if (end > 1n << 64n) {
    return refuse("wraps", `${length} bytes at ${hex(address)} go past the end of memory`);
  }

  const needed = registersFor(arch, { address, end });
  if (needed > freeSlots) return tooMany(arch, { address, length, needed, free: freeSlots });
  return pieces(arch, split(arch, { address, end }), mode);
}

function coverInstruction(
  arch: Architecture,
  address: Va,
  freeSlots: number,
): Result<readonly Piece[], Refusal> {
  if (arch.execute === undefined) {
    return refuse("no-execute", `${arch.title} has no register that watches instructions`);
  }
  if (address % BigInt(arch.executeAlignment) !== 0n) {
    const near = alignDown(address, arch.executeAlignment);
    const text = `no instruction starts at ${hex(address)} on ${arch.title}: try ${hex(near)}`;
    return refuse("misaligned", text);
  }
  if (freeSlots < 1) return tooMany(arch, { address, length: 1, needed: 1, free: freeSlots });
  return pieces(arch, [{ address, length: arch.executeLength }], "x");
}

const BP_TYPE = {
  r: HW_BREAKPOINT_R,
  w: HW_BREAKPOINT_W,
  rw: HW_BREAKPOINT_RW,
  x: HW_BREAKPOINT_X,
} as const;

/** Asks the kernel's own rule of each piece, for that also knows addresses which are never allowed. */
function pieces(
  arch: Architecture,
  spans: readonly Span[],
  mode: WatchMode,
): Result<readonly Piece[], Refusal> {
  const widened = mode === "r" && !arch.readOnlyWatch;
  const bpType = widened ? HW_BREAKPOINT_RW : BP_TYPE[mode];
  const covered: Piece[] = [];
  for (const { address, length } of spans) {
    const parsed = arch.archParse({ bpAddr: address, bpLen: length, bpType });
    if (!parsed.ok) {
      const text = `the kernel does not allow a breakpoint at ${hex(address)} (${parsed.error})`;
      return refuse("forbidden", text);
    }
    const { first, last } = parsed.value.register;
    const piece = { address, length, bpType, trapRange: { first, last } };
    covered.push(widened ? { ...piece, inexact: "writes are counted too" } : piece);
  }
  return ok(covered);
}
