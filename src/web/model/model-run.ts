import { lostAt } from "../../check/index.ts";
import type { RecordedRun } from "../../recording/index.ts";
import { type Block, blocksOf } from "./blocks.ts";
import { type LockBar, type LockWait, lockHistory } from "./lock-bars.ts";
import { ObjectHistory } from "./object-history.ts";
import { type Reference, referencesAt } from "./references.ts";

/** A run of the model with all that is looked up while somebody steps through it. */
export interface ModelRun {
  readonly run: RecordedRun;
  readonly history: ObjectHistory;
  readonly blocks: readonly Block[];
  readonly locks: readonly LockBar[];
  readonly waits: readonly LockWait[];
  /** Locks that were taken in both orders. */
  readonly inverted: readonly (readonly [string, string])[];
  /** The step in which that was lost which the last one follows, or -1. */
  readonly lost: number;
  /** The step that fails, or -1. */
  readonly failing: number;
  /** For each step the current task of each processor: 0 for idle. */
  readonly current: readonly (readonly number[])[];
}

export function modelRun(run: RecordedRun): ModelRun {
  const { steps, verdict, program } = run;
  const history = new ObjectHistory(run);
  const violation = verdict?.violation;
  const lost =
    violation === undefined ? -1 : lostAt(steps, { ...violation, object: violation.object });
  const failing = violation === undefined ? -1 : steps.length - 1;
  const { bars: locks, waits, inverted } = lockHistory(steps);
  const cpus = Array.from({ length: program.cpus }, (_, cpu) => cpu);
  return {
    ...{ run, history, lost, failing, locks, waits, inverted },
    blocks: blocksOf(steps, new Set([lost].filter((it) => it >= 0))),
    current: steps.map((_, step) =>
      cpus.map((cpu) => history.word({ record: "cpu", id: cpu }, "current", step)),
    ),
  };
}

/** Where a broken pointer broke, and where it was followed. */
export interface Break {
  readonly reference: Reference;
  readonly since: number;
  /** The step that follows it, if the run fails of it. */
  readonly used: number | undefined;
}

/** The broken pointers after a step, and what becomes of each. */
export function breaksAt(model: ModelRun, step: number): readonly Break[] {
  const { run, history, lost, failing } = model;
  const object = run.verdict?.violation?.object;
  return referencesAt(history, step)
    .filter(({ state }) => state !== "sound")
    .map((reference) => {
      const { to, since, state } = reference;
      const isFollowed =
        state === "tombstone"
          ? run.verdict?.violation?.property === "tombstone-deref" && since === lost
          : object !== undefined && object.record === to.record && object.id === to.id;
      return { reference, since, used: isFollowed && failing >= step ? failing : undefined };
    });
}

/** Where a task was when the run ended: its last step, and whether it was on a processor. */
export interface Whereabouts {
  readonly task: string;
  readonly step: number;
  readonly fn: string;
  readonly label: string;
  readonly cpu: number | undefined;
}

/** All tasks but the one that does the last step, as they were by then. */
export function othersAtEnd({ run, current }: ModelRun): readonly Whereabouts[] {
  const { steps } = run;
  const failing = steps.at(-1)?.task;
  const last = new Map<string, Whereabouts>();
  for (const [step, { task, taskId, fn, label }] of steps.entries()) {
    if (task === "idle" || task === failing) continue;
    const cpu = current.at(-1)?.indexOf(taskId) ?? -1;
    last.set(task, { task, step, fn, label, cpu: cpu < 0 ? undefined : cpu });
  }
  return [...last.values()];
}
