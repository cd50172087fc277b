import type { RecordedStep } from "../../recording/index.ts";

/** A lock from the step that took it to the one behind the last that held it. */
export interface LockBar {
  readonly lock: string;
  readonly holder: string;
  readonly from: number;
  readonly to: number;
}

/** Who held which lock when, and which locks were taken in both orders. */
export interface LockHistory {
  readonly bars: readonly LockBar[];
  /** Whoever takes such a pair crosswise may wait for ever. */
  readonly inverted: readonly (readonly [string, string])[];
}

/** Reads it from what is held after each step. The step that takes a lock is its holder's. */
export function lockHistory(steps: readonly Pick<RecordedStep, "locks" | "task">[]): LockHistory {
  const bars: LockBar[] = [];
  const held = new Map<string, { holder: string; from: number }>();
  const order = new Set<string>();
  for (const [at, { locks, task }] of steps.entries()) {
    const now = new Set(locks.split(" ").filter((lock) => lock !== ""));
    for (const [lock, { holder, from }] of held) {
      if (now.has(lock)) continue;
      bars.push({ lock, holder, from, to: at });
      held.delete(lock);
    }
    for (const lock of now) {
      if (held.has(lock)) continue;
      for (const [outer, { holder }] of held) if (holder === task) order.add(`${outer} ${lock}`);
      held.set(lock, { holder: task, from: at });
    }
  }
  for (const [lock, { holder, from }] of held) bars.push({ lock, holder, from, to: steps.length });
  bars.sort((one, other) => one.from - other.from || one.lock.localeCompare(other.lock));
  return { bars, inverted: invertedIn(order) };
}

function invertedIn(order: ReadonlySet<string>): readonly (readonly [string, string])[] {
  return [...order].flatMap((pair): (readonly [string, string])[] => {
    const [outer = "", inner = ""] = pair.split(" ");
    return outer < inner && order.has(`${inner} ${outer}`) ? [[outer, inner]] : [];
  });
}
