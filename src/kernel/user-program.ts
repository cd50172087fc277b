import { assert } from "../base/index.ts";
import { DONE } from "../machine/index.ts";
import type { CompiledStep } from "./compiled-program.ts";
import type { Kernel } from "./kernel.ts";
import { checkResult } from "./promises.ts";

/** The statement that a task is at; undefined when its program is over. */
export function nextStep(k: Kernel, task: number): CompiledStep | undefined {
  const { actor, ip } = k.thread;
  const it = ip.follow(task);
  return k.program.stepOf(actor.of(it), ip.of(it));
}

/** The statement that a task is in the middle of. */
export function stepOf(k: Kernel, task: number): CompiledStep {
  const step = nextStep(k, task);
  assert(step !== undefined, "the task is in a statement");
  return step;
}

/** Whether the task may do its next statement: those of earlier phases must be over. */
export function mayBegin(k: Kernel, task: number): boolean {
  const step = nextStep(k, task);
  if (step === undefined) return false;
  for (let phase = 0; phase < step.phase; phase++) {
    if (k.user.remaining.get(1, phase) > 0) return false;
  }
  return k.mayBegin(step);
}

/** The statement of the running task is over, with this result. */
export function finish(k: Kernel, word: number): typeof DONE {
  finishFor(k, k.machine.self, word);
  return DONE;
}

export function finishFor(k: Kernel, task: number, word: number): void {
  const step = stepOf(k, task);
  checkResult(k, task, word);
  k.user.result.set(1, word, step.index);
  k.onResult?.(step, word);
  const done = k.thread.done.get(task) + 1;
  k.thread.done.set(task, done < step.times ? done : 0);
  if (done < step.times) return;
  k.thread.ip.add(task, 1);
  k.user.remaining.add(1, -1, step.phase);
}

/** A task that dies leaves its statements undone; nobody need wait for them. */
export function abandonProgram(k: Kernel, task: number): void {
  let step = nextStep(k, task);
  while (step !== undefined) {
    k.user.remaining.add(1, -1, step.phase);
    k.thread.ip.add(task, 1);
    step = nextStep(k, task);
  }
}

/** The event that a name stands for, if the task's process has a descriptor of it; else 0. */
export function eventByName(k: Kernel, task: number, name: string): number {
  const event = k.user.eventOf.get(1, k.program.handle(name));
  if (event === 0) return 0;
  return k.thread.files.has(k.thread.leader.get(task), event) ? event : 0;
}

/** The task that an actor's name stands for now; 0 if there is none (yet). */
export function taskByName(k: Kernel, name: string): number {
  return k.user.taskOf.get(1, k.program.actor(name));
}
