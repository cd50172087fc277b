import { asVa, type Va } from "../base/index.ts";
import type { Architecture } from "./architecture.ts";

/** Bytes that one register watches, or is wished to. */
export interface Span {
  readonly address: Va;
  readonly length: number;
}

/** The bytes from `address` up to `end`, which may be 2^64 and so no address. */
export interface Extent {
  readonly address: bigint;
  readonly end: bigint;
}

/** Greedily from the left, which is fewest on every architecture: see `longestFrom`. */
export function split(arch: Architecture, { address, end }: Extent): Span[] {
  const spans: Span[] = [];
  for (let at = address; at < end; ) {
    const length = longestWithin(arch, at, end);
    spans.push({ address: asVa(at), length });
    at += BigInt(length);
  }
  return spans;
}

/** How many registers the bytes need at least. Quick for gigabytes, too. */
export function registersFor(arch: Architecture, { address, end }: Extent): number {
  const longest = longestLength(arch);
  let count = 0;
  for (let at = address; at < end; ) {
    const length = longestWithin(arch, at, end);
    // Behind a piece of the greatest length the next has it too, as long as there is room.
    const repeats = length === longest ? (end - at) / BigInt(longest) : 1n;
    at += repeats * BigInt(length);
    count += Number(repeats);
  }
  return count;
}

/** How far `registers` of them get into the bytes. */
export function reach(arch: Architecture, { address, end }: Extent, registers: number): bigint {
  let at = address;
  for (let used = 0; used < registers && at < end; used++) {
    at += BigInt(longestWithin(arch, at, end));
  }
  return at;
}

export function longestLength(arch: Architecture): number {
  return arch.dataLengths.at(-1) ?? 0;
}

function longestWithin(arch: Architecture, at: bigint, end: bigint): number {
  return arch.longestFrom(at, Number(end - at));
}
