import { assert } from "../base/index.ts";
import { type Model, type Move, STEP, type Symmetry } from "./model.ts";
import { assign, canonicalise, isSame } from "./symmetry.ts";

/** A move by the place of its action in the list of actions, which is shorter to keep. */
export interface IndexedMove {
  readonly index: number;
  readonly choice: number;
}

/** A way from the first state, which is the one in the memory afterwards, in the real names. */
export function movesOf(
  model: Model,
  first: ArrayLike<number>,
  at: { readonly way: readonly IndexedMove[]; readonly symmetries: readonly Symmetry[] },
): Move[] {
  return at.symmetries.length > 0 ? rename(model, first, at) : resolve(model, first, at.way);
}

/** The same moves by their actions. */
function resolve(model: Model, first: ArrayLike<number>, way: readonly IndexedMove[]): Move[] {
  assign(model.memory, first);
  const actions = new Int32Array(model.mostActions);
  const moves = way.map(({ index, choice }) => {
    model.actions(actions);
    const action = actions[index] ?? 0;
    model.perform(action, choice);
    return { action, choice };
  });
  assign(model.memory, first);
  model.memory.commit();
  return moves;
}

/**
 * A way through states of which each stands for its doubles, as a run in the real names: each step is
 * one that leads to a double of the next state.
 */
function rename(
  model: Model,
  first: ArrayLike<number>,
  { way, symmetries }: { way: readonly IndexedMove[]; symmetries: readonly Symmetry[] },
): Move[] {
  const { memory } = model;
  const stages = canonicalStages(model, first, { way, symmetries });
  assign(memory, first);
  const moves: Move[] = [];
  for (const stage of stages) {
    const move = moveTo(model, stage, symmetries);
    model.perform(move.action, move.choice);
    moves.push(move);
  }
  assign(memory, first);
  memory.commit();
  return moves;
}

interface Stage {
  readonly words: Int32Array;
  readonly property: string | undefined;
}

function canonicalStages(
  model: Model,
  first: ArrayLike<number>,
  { way, symmetries }: { way: readonly IndexedMove[]; symmetries: readonly Symmetry[] },
): Stage[] {
  const { memory } = model;
  const actions = new Int32Array(model.mostActions);
  assign(memory, first);
  canonicalise(memory, symmetries);
  return way.map(({ index, choice }) => {
    model.actions(actions);
    const end = model.perform(actions[index] ?? 0, choice);
    canonicalise(memory, symmetries);
    const property = end === STEP.failed ? model.failure?.property : undefined;
    return { words: Int32Array.from(memory.words), property };
  });
}

function moveTo(model: Model, stage: Stage, symmetries: readonly Symmetry[]): Move {
  const { memory } = model;
  const actions = new Int32Array(model.mostActions);
  const count = model.actions(actions);
  for (const action of actions.subarray(0, count)) {
    let choice = 0;
    do {
      const mark = memory.mark();
      const end = model.perform(action, choice);
      const { choices } = model;
      const property = end === STEP.failed ? model.failure?.property : undefined;
      canonicalise(memory, symmetries);
      const isIt = end !== STEP.blocked && isSame(memory.words, stage.words);
      memory.undo(mark);
      if (isIt && property === stage.property) return { action, choice };
      if (choices <= choice + 1) break;
    } while (++choice);
  }
  assert(false, `${model.name}: a declared symmetry does not lead from runs to runs`);
}
