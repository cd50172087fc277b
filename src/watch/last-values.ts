import { littleEndian, type Snapshot } from "./memory.ts";
import type { RawHit } from "./raw-hit.ts";

/**
 * Finds out in user space what an access left in memory, from the instruction and its registers,
 * where the kernel may not be asked. Undefined where it cannot be known.
 */
export interface ValueRebuilder {
  rebuild(hit: RawHit): bigint | undefined;
}

/** The value behind the last access to each spot, by process: what the next one finds there. */
export class LastValues {
  private readonly values = new Map<number, Map<number, bigint>>();

  /** What was in memory before the first hit, or is again after a pause. */
  begin(snapshot: Snapshot): void {
    for (const [key, bytes] of snapshot) {
      const [pid = 0, spot = 0] = key.split(" ").map(Number);
      this.exchange(pid, spot, littleEndian(bytes));
    }
  }

  /** Sets the last value; gives the one before, if it is known. */
  exchange(pid: number, spot: number, value: bigint | undefined): bigint | undefined {
    const spots = this.values.get(pid) ?? new Map<number, bigint>();
    const old = spots.get(spot);
    if (value === undefined) spots.delete(spot);
    else spots.set(spot, value);
    this.values.set(pid, spots);
    return old;
  }

  /** A child begins with a copy of its parent's memory. */
  fork(parent: number, child: number): void {
    const known = this.values.get(parent);
    if (known === undefined) this.values.delete(child);
    else this.values.set(child, new Map(known));
  }

  /** The process has ended, or runs another program. */
  forget(pid: number): void {
    this.values.delete(pid);
  }

  /** Accesses have been missed: nothing is known. */
  clear(): void {
    this.values.clear();
  }
}
