import { asVa, err, type Va } from "../base/index.ts";
import { alignDown, alignUp } from "./access.ts";
import type { Architecture } from "./architecture.ts";
import { type Extent, longestLength, reach, type Span, split } from "./split.ts";

/** Why a range is not covered. `text` is the whole sentence; the rest is for programs. */
export interface Refusal {
  readonly reason: "too-many" | "no-execute" | "misaligned" | "empty" | "wraps" | "forbidden";
  readonly text: string;
  /** Parts of the range that would fit: its start, the largest part, its end; less doubles. */
  readonly fits: readonly Span[];
}

export function refuse(reason: Refusal["reason"], text: string) {
  return err<Refusal>({ reason, text, fits: [] });
}

export interface Shortage {
  readonly address: Va;
  readonly length: number;
  readonly needed: number;
  readonly free: number;
}

export function tooMany(arch: Architecture, { address, length, needed, free }: Shortage) {
  const fits = largestFits(arch, { address, end: address + BigInt(length) }, free);
  const wish = `${length} ${length === 1 ? "byte" : "bytes"} at ${hex(address)}`;
  const needs = length === 1 ? "needs" : "need";
  const registers = `${needed} ${needed === 1 ? "register" : "registers"}`;
  const spans = fits.map((it) => `${hex(it.address)}/${it.length}`);
  const advice = spans.length === 0 ? "" : `: ${orList(spans)} would fit`;
  const text = `${wish} ${needs} ${registers}, ${isFree(free)}${advice}`;
  return err<Refusal>({ reason: "too-many", text, fits });
}

/**
 * The longest part that begins where the range does, the longest of all, the longest that ends
 * where it does. A longest part begins with a piece of the greedy split, or at the first granule
 * for which no piece is cut short, or as far from the end as all free registers can reach: no more
 * places have to be tried.
 */
function largestFits(arch: Architecture, range: Extent, free: number): Span[] {
  if (free < 1) return [];
  const starts = startsToTry(arch, range, free);
  const spans = starts.map((address) => {
    const end = reach(arch, { address, end: range.end }, free);
    return { address: asVa(address), length: Number(end - address), atEnd: end === range.end };
  });
  const longest = Math.max(...spans.map((span) => span.length));

  const [prefix] = spans;
  const largest = spans.find((span) => span.length === longest);
  const suffix = spans.find((span) => span.atEnd);
  const chosen = [prefix, largest, suffix].filter((span) => span !== undefined);
  return [...new Set(chosen)].map(({ address, length }) => ({ address, length }));
}

function startsToTry(arch: Architecture, range: Extent, free: number): bigint[] {
  const { address, end } = range;
  const longest = BigInt(longestLength(arch));
  const tail = end - BigInt(free + 2) * longest;
  const near = [
    ...split(arch, { address, end: least(end, address + longest) }),
    ...split(arch, { address: tail <= address ? address : alignDown(tail, Number(longest)), end }),
  ].map((span) => span.address);

  const toEnd = alignUp(end, GRANULE) - BigInt(free) * longest;
  const starts = [...near, alignUp(address, GRANULE), toEnd];
  return [...new Set(starts)]
    .filter((start) => address <= start && start < end)
    .sort((a, b) => (a < b ? -1 : 1));
}

/** powerpc counts its ranges in double words, and no other architecture in larger units. */
const GRANULE = 8;

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}

function isFree(free: number): string {
  if (free < 1) return "none is free";
  return free === 1 ? "1 is free" : `${free} are free`;
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
