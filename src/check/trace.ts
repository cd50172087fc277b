import type { Move } from "../explore/index.ts";
import {
  type ExplorableKernel,
  heldLocks,
  type Kernel,
  slotsText,
  taskName,
} from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import type { CheckView } from "./view.ts";

/** One atomic step of a counterexample, and what the kernel looks like after it. */
export interface TraceStep {
  readonly cpu: number;
  readonly task: string;
  readonly fn: string;
  readonly label: string;
  readonly slots: string;
  readonly locks: string;
  /** Tasks that are in the middle of stepping over an access. */
  readonly stepping: readonly string[];
  /** What became of references in this step: what was freed, whose task was lost. */
  readonly lost: readonly string[];
}

/** Told of each step that was done again, and of what was chosen for it. */
export type StepListener = (step: TraceStep, done: Done, move: Move) => void;

/** Does the moves again, aloud. The kernel must be a fresh one. */
export function recordTrace(
  model: ExplorableKernel,
  moves: readonly Move[],
  listen?: StepListener,
): readonly TraceStep[] {
  const { kernel } = model;
  const steps: TraceStep[] = [];
  let done: Done | undefined;
  kernel.machine.onStep = (it) => {
    done = it;
  };
  let before = livesOf(kernel);
  for (const move of moves) {
    model.perform(move.action, move.choice);
    const after = livesOf(kernel);
    const lost = [...before].filter((it) => !after.has(it)).map((it) => `${it} is gone`);
    const it = done ?? NOTHING_DONE;
    const step = { ...traceStep(it, kernel), lost };
    steps.push(step);
    listen?.(step, it, move);
    before = after;
  }
  return steps;
}

const NOTHING_DONE: Done = { cpu: 0, task: 0, fn: "?", label: "" };

/** A step, and what the kernel looks like after it. */
export function traceStep({ cpu, task, fn, label }: Done, kernel: Kernel): TraceStep {
  return {
    cpu,
    task: taskName(kernel, task),
    fn,
    label,
    slots: slotsText(kernel),
    locks: heldLocks(kernel),
    stepping: steppingTasks(kernel),
    lost: [],
  };
}

/** The step in which that was freed which the violation follows, if it names it. */
export function lostAt(steps: readonly TraceStep[], violation: CheckView["violation"]): number {
  const gone = violation?.object;
  const name = gone === undefined ? "->task" : `${gone.record} ${gone.id} is gone`;
  const isTombstone = violation?.property === "tombstone-deref";
  if (gone === undefined && !isTombstone) return -1;
  return steps.findLastIndex(({ lost }) => lost.some((it) => it.includes(name)));
}

/** Everything that lives and every context that has its task, by names that tell when it ends. */
export function livesOf(kernel: Kernel): ReadonlySet<string> {
  const lives = new Set<string>();
  const { ctx, event, machine } = kernel;
  for (const record of [ctx.record, event.record, machine.task.record]) {
    for (let id = record.first; id < record.first + record.count; id++) {
      if (record.isLive(id)) lives.add(`${record.name} ${id}`);
    }
  }
  for (let id = 1; id <= ctx.record.count; id++) {
    if (ctx.record.isLive(id) && ctx.task.get(id) > 0) lives.add(`ctx ${id}->task`);
  }
  return lives;
}

function steppingTasks(kernel: Kernel): readonly string[] {
  const { machine, thread } = kernel;
  const names: string[] = [];
  for (let task = 1; task <= machine.tasks; task++) {
    if (machine.task.record.isLive(task) && thread.stepBit.get(task) !== 0)
      names.push(taskName(kernel, task));
  }
  return names;
}
