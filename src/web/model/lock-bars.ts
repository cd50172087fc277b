import type { RecordedStep } from "../../recording/index.ts";

/** A lock from the step that took it to the one behind the last that held it. */
export interface LockBar {
  readonly lock: string;
  readonly holder: string;
  readonly from: number;
  readonly to: number;
}

/** Who held which lock when. The step that takes it is the holder's. */
export function lockBars(steps: readonly RecordedStep[]): readonly LockBar[] {
  const bars: LockBar[] = [];
  const held = new Map<string, { holder: string; from: number }>();
  for (const [at, { locks, task }] of steps.entries()) {
    const now = new Set(locks.split(" ").filter((lock) => lock !== ""));
    for (const [lock, { holder, from }] of held) {
      if (now.has(lock)) continue;
      bars.push({ lock, holder, from, to: at });
      held.delete(lock);
    }
    for (const lock of now) if (!held.has(lock)) held.set(lock, { holder: task, from: at });
  }
  for (const [lock, { holder, from }] of held) bars.push({ lock, holder, from, to: steps.length });
  return bars.sort((one, other) => one.from - other.from || one.lock.localeCompare(other.lock));
}

/** Two locks that were taken in both orders: whoever takes them crosswise waits for ever. */
export function inversions(bars: readonly LockBar[]): readonly (readonly [string, string])[] {
  const under = new Set<string>();
  for (const inner of bars) {
    for (const outer of bars) {
      const isInside = outer.from < inner.from && inner.from < outer.to;
      if (isInside && outer.holder === inner.holder) under.add(`${outer.lock} ${inner.lock}`);
    }
  }
  return [...under]
    .map((pair): readonly [string, string] => [pair.split(" ")[0] ?? "", pair.split(" ")[1] ?? ""])
    .filter(([one, other]) => one < other && under.has(`${other} ${one}`));
}
