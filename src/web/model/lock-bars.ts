import type { RecordedStep } from "../../recording/index.ts";

/** A lock from the step that took it to the one behind the last that held it. */
export interface LockBar {
  readonly lock: string;
  readonly holder: string;
  readonly from: number;
  readonly to: number;
}

/** From the step in which a task began to wait for a lock to the one behind the last in which it did. */
export interface LockWait {
  readonly lock: string;
  readonly task: string;
  readonly from: number;
  readonly to: number;
  /** Waits for the same lock at the same time are in rows of their own, from 0. */
  readonly row: number;
}

/** Who held which lock when, who waited for one, and which locks were taken in both orders. */
export interface LockHistory {
  readonly bars: readonly LockBar[];
  readonly waits: readonly LockWait[];
  /** Whoever takes such a pair crosswise may wait for ever. */
  readonly inverted: readonly (readonly [string, string])[];
}

type StepOfLocks = Pick<RecordedStep, "locks" | "task" | "waits">;

/** Reads it from what is held after each step. The step that takes a lock is its holder's. */
export function lockHistory(steps: readonly StepOfLocks[]): LockHistory {
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
  return { bars, waits: waitsIn(steps), inverted: invertedIn(order) };
}

function waitsIn(steps: readonly StepOfLocks[]): readonly LockWait[] {
  const done: LockWait[] = [];
  const open: LockWait[] = [];
  for (const [at, { waits = [] }] of [...steps, { waits: [] }].entries()) {
    for (const wait of [...open]) {
      if (waits.some(({ task, lock }) => task === wait.task && lock === wait.lock)) continue;
      open.splice(open.indexOf(wait), 1);
      done.push({ ...wait, to: at });
    }
    for (const { task, lock } of waits) {
      const others = open.filter((it) => it.lock === lock);
      if (others.some((it) => it.task === task)) continue;
      const rows = new Set(others.map(({ row }) => row));
      const row = others.findIndex((_, index) => !rows.has(index));
      open.push({ lock, task, from: at, to: at, row: row < 0 ? others.length : row });
    }
  }
  return done.sort((one, other) => one.from - other.from);
}

function invertedIn(order: ReadonlySet<string>): readonly (readonly [string, string])[] {
  return [...order].flatMap((pair): (readonly [string, string])[] => {
    const [outer = "", inner = ""] = pair.split(" ");
    return outer < inner && order.has(`${inner} ${outer}`) ? [[outer, inner]] : [];
  });
}
