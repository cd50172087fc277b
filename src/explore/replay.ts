import { type Failure, type Model, type Move, STEP } from "./model.ts";

/** What came of a list of moves: the failure that it ends in, or the first move that was impossible. */
export interface Replay {
  readonly failure: Failure | undefined;
  /** How many moves were made, a failing one included. */
  readonly made: number;
}

/** Makes the moves from the state that the memory holds, and takes them back. */
export function replay(model: Model, moves: readonly Move[]): Replay {
  const mark = model.memory.mark();
  const result = run(model, moves);
  model.memory.undo(mark);
  return result;
}

function run(model: Model, moves: readonly Move[]): Replay {
  const actions = new Int32Array(model.mostActions);
  let made = 0;
  for (const { action, choice } of moves) {
    const count = model.actions(actions);
    if (!actions.subarray(0, count).includes(action)) return { failure: undefined, made };
    const end = model.perform(action, choice);
    if (end === STEP.blocked || end === STEP.beyond) return { failure: undefined, made };
    made++;
    if (end === STEP.failed) return { failure: model.failure, made };
    const broken = model.invariant?.();
    if (broken !== undefined) return { failure: broken, made };
  }
  return { failure: isStuck(model, actions) ? model.atEnd() : undefined, made };
}

/** Whether nothing can happen any more. */
function isStuck(model: Model, actions: Int32Array): boolean {
  const count = model.actions(actions);
  for (const action of actions.subarray(0, count)) {
    let choice = 0;
    do {
      const mark = model.memory.mark();
      const end = model.perform(action, choice);
      const { choices } = model;
      model.memory.undo(mark);
      if (end !== STEP.blocked) return false;
      if (choice + 1 >= choices) break;
    } while (++choice);
  }
  return true;
}
