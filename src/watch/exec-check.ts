import { asPid } from "../base/index.ts";
import { hasEnded } from "../linux/index.ts";
import { resolveExpression } from "../symbols/index.ts";
import type { Gap } from "./coverage.ts";
import { queryOf } from "./resolve-spots.ts";
import type { Spot } from "./spot.ts";

/**
 * After an exec the same address is in another program. A spot that is an address stays what was
 * asked for; one that is a symbol is looked up again, and counts only where it lies as before.
 */
export class ExecCheck {
  private readonly spots: readonly Spot[];
  private readonly elsewhere = new Map<number, Set<number>>();

  constructor(spots: readonly Spot[]) {
    this.spots = spots;
  }

  /** True when this spot's address means something else in this process now. */
  isElsewhere(pid: number, spot: number): boolean {
    return this.elsewhere.size > 0 && this.elsewhere.get(pid)?.has(spot) === true;
  }

  /** A child has its parent's program. */
  fork(parent: number, child: number): void {
    const known = this.elsewhere.get(parent);
    if (known !== undefined) this.elsewhere.set(child, new Set(known));
  }

  /** A process ended when its first thread did, as far as its number goes. */
  forget({ pid, tid }: { pid: number; tid: number }): void {
    if (pid === tid) this.elsewhere.delete(pid);
  }

  /** Looks all symbols up in the new program. What moved is a gap in the coverage. */
  exec(pid: number, comm: string): readonly Gap[] {
    const moved = this.spots.filter((spot) => this.lookUp(pid, spot) !== spot.address);
    this.elsewhere.delete(pid);
    if (moved.length === 0) return [];
    this.elsewhere.set(pid, new Set(moved.map((spot) => spot.index)));
    return moved.map((spot) => {
      const text = `process ${pid} executed ${comm}: ${this.whereNow(pid, spot)}`;
      return { kind: "exec", text };
    });
  }

  private whereNow(pid: number, spot: Spot): string {
    const now = this.lookUp(pid, spot);
    if (now !== undefined) {
      return `${spot.name} is at 0x${now.toString(16)} in it, and is not watched there`;
    }
    if (!hasEnded(pid)) return `${spot.name} is not in it`;
    return `it ended before ${spot.name} was looked up in it: its accesses are left out`;
  }

  private lookUp(pid: number, spot: Spot): bigint | undefined {
    if (spot.symbol === undefined) return spot.address;
    const named = resolveExpression(asPid(pid), queryOf(spot.symbol));
    return named.ok ? named.value.address : undefined;
  }
}
