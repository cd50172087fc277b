import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import type { HitPrograms } from "./program/hit-programs.ts";
import type { Spot } from "./spot.ts";

const KERNEL_HALF = 1n << 63n;

/** Bytes of a live process, as they are now; undefined where nothing is, or not for us to read. */
export function readMemory(pid: number, address: bigint, length: number): Uint8Array | undefined {
  if (address >= KERNEL_HALF) return undefined;
  try {
    const fd = openSync(`/proc/${pid}/mem`, "r");
    try {
      const bytes = new Uint8Array(length);
      return readSync(fd, bytes, 0, length, address) === length ? bytes : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** Whether an address belongs to memory that a process shares with others, as MAP_SHARED makes it. */
export function isShared(pid: number, address: bigint): boolean {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, "utf8");
    return maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) ...(.) /gm).some(([, start, end, kind]) => {
      const inside = address >= BigInt(`0x${start}`) && address < BigInt(`0x${end}`);
      return inside && kind === "s";
    });
  } catch {
    return false;
  }
}

/** The bytes as a number without a sign. */
export function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** What was in each spot of each process at some moment, by process and spot. */
export type Snapshot = ReadonlyMap<string, Uint8Array>;

/** Reads all spots of these processes that can be read. */
export function takeSnapshot(pids: readonly number[], spots: readonly Spot[]): Snapshot {
  const found = new Map<string, Uint8Array>();
  for (const pid of pids) {
    for (const { index, address, length, mode, pids: meant } of spots) {
      if (mode === "x" || meant?.has(pid) === false) continue;
      const bytes = readMemory(pid, address, length);
      if (bytes !== undefined) found.set(`${pid} ${index}`, bytes);
    }
  }
  return found;
}

/**
 * Tells the programs what is in memory before the first hit, once the registers are armed. `before`
 * is what was there before they were: where that is the same, no access was under way meanwhile, or
 * one that changed nothing.
 */
export function presetValues(
  programs: HitPrograms,
  what: { pids: readonly number[]; spots: readonly Spot[]; before: Snapshot },
): void {
  for (const [key, bytes] of takeSnapshot(what.pids, what.spots)) {
    const [pid = 0, spot = 0] = key.split(" ").map(Number);
    const known = what.before.get(key);
    const steady = known !== undefined && bytes.every((byte, index) => byte === known[index]);
    programs.preset(pid, spot, { bytes, steady });
  }
}
