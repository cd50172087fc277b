import { Batch } from "./batch.ts";
import { Collapse } from "./collapse.ts";
import { ExactStore } from "./exact-store.ts";
import type { Mark } from "./memory.ts";
import { type Model, type Move, STEP } from "./model.ts";
import { NEW } from "./store.ts";

/** Where a step leads that fails, or that the model has no room for: out of every circle. */
export const OUT = -1;

export interface Edge {
  readonly to: number;
  readonly move: Move;
  /** To whom fairness is due: the number of the action's class, or -1. */
  readonly owed: number;
}

/** All states of a model and all that leads from one to another. For models that fit. */
export interface StateGraph {
  /** The edges of each state, by the state's number; the first state is 0. */
  readonly edges: readonly (readonly Edge[])[];
  /** False if there are more states than were asked for. */
  readonly isComplete: boolean;
}

export function stateGraph(model: Model, mostStates: number): StateGraph {
  const { memory } = model;
  const collapse = new Collapse(memory);
  const store = new ExactStore(collapse);
  const batch = new Batch(memory, collapse, 1);
  // Of the state that steps since the mark have led to; a new one gets the next number.
  const numberOf = (mark: Mark): number => {
    batch.count = 0;
    batch.add(mark);
    store.insert(batch);
    const [found = NEW] = batch.found;
    return found === NEW ? store.count - 1 : found;
  };
  const actions = new Int32Array(model.mostActions);
  const edges: Edge[][] = [];
  numberOf(memory.mark());
  for (let state = 0; state < store.count && store.count <= mostStates; state++) {
    store.load(state);
    const count = model.actions(actions);
    const own: Edge[] = [];
    edges.push(own);
    for (const action of actions.subarray(0, count)) {
      const owed = owedFor(model, action);
      let choice = 0;
      do {
        const mark = memory.mark();
        const end = model.perform(action, choice);
        const { choices } = model;
        if (end === STEP.done) {
          const to = numberOf(mark);
          own.push({ to, move: { action, choice }, owed });
        } else if (end !== STEP.blocked) own.push({ to: OUT, move: { action, choice }, owed });
        memory.undo(mark);
        if (choice + 1 >= choices) break;
      } while (++choice);
    }
  }
  store.load(0);
  return { edges, isComplete: edges.length === store.count };
}

function owedFor(model: Model, action: number): number {
  return model.fairClassOf === undefined ? model.agentOf(action) : model.fairClassOf(action);
}
