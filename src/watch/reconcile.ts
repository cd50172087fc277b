import type { Arming } from "./arming.ts";
import type { Gap } from "./coverage.ts";
import type { HitCounts } from "./program/hit-programs.ts";
import type { Reader } from "./reader.ts";
import type { StrangerFilter } from "./stranger-filter.ts";

export interface Reckoning {
  readonly lost: bigint;
  readonly strangers: bigint;
  readonly gaps: readonly Gap[];
}

/** Counts that a program took no record of: not wanted, told of already, or made by itself. */
function leftInKernel(counts: HitCounts): bigint {
  const { expected, condition, unchanged, rate, folded, ownReads } = counts;
  return expected + condition + unchanged + rate + folded + ownReads;
}

/**
 * Compares what the kernel counted with what was read, once the events are disabled and the rings
 * empty. Every count must be a sample, a hit filtered out, or a sample lost; a difference is said.
 */
export function reconcile(
  arming: Arming,
  reader: Reader,
  filter: StrangerFilter | undefined,
): Reckoning {
  const counts = arming.pieces.map(({ event }) => event.counts());
  const counted = counts.reduce((sum, { count }) => sum + count, 0n);
  const told = counts.some(({ lost }) => lost !== undefined);
  const ofSamples = told ? counts.reduce((sum, it) => sum + (it.lost ?? 0n), 0n) : reader.lost;
  const { programs } = arming.plan;
  // Records of programs that found no room are told by the programs; LOST records tell them twice.
  const ofPrograms = programs?.counts().lost ?? 0n;
  const lost = told || programs === undefined ? ofSamples + ofPrograms : reader.lost;
  const filtered = filter?.total() ?? 0n;
  const left = programs === undefined ? 0n : leftInKernel(programs.counts());
  const missing = counted - BigInt(reader.samples) - filtered - left - lost;
  const gaps: Gap[] = [];
  if (missing > 0n && !told) return { lost: lost + missing, strangers: filtered, gaps };
  if (missing > 0n) {
    const text = `${missing} accesses were counted by the kernel, but it took no sample of them: they were made while an eBPF program ran on that CPU`;
    gaps.push({ kind: "nested", text });
  }
  if (missing < 0n) {
    const text = `${-missing} more samples were read than the kernel counted: this is a fault in trapline or the kernel, please report it`;
    gaps.push({ kind: "unaccounted", text });
  }
  return { lost, strangers: filtered + BigInt(reader.strangers), gaps };
}
