import type { Mark } from "./memory.ts";
import { type Action, type Model, STEP, type StepEnd } from "./model.ts";

/** Whoever wants to know what comes of an action. */
export interface Trier {
  /** The memory holds what came of this answer, and was as before at the mark. */
  tried(end: StepEnd, choice: number, mark: Mark): void;
}

/** Does an action with each answer to its question, and undoes it. Whether it could be done with any. */
export function tryChoices(model: Model, action: Action, trier: Trier): boolean {
  const { memory } = model;
  let couldBe = false;
  let choice = 0;
  do {
    const mark = memory.mark();
    memory.clearFootprint();
    const end = model.perform(action, choice);
    if (end !== STEP.blocked) couldBe = true;
    trier.tried(end, choice, mark);
    memory.undo(mark);
  } while (++choice < model.choices);
  return couldBe;
}
