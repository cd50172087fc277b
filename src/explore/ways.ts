import { Column } from "./chunks.ts";
import type { IndexedMove } from "./trace.ts";

/** How each state was come by: the state that it was found from, and the step. */
export class Ways {
  readonly #parents = new Column(1, 4);
  // Which of the parent's actions led here, and with which choice.
  readonly #indexes = new Column(1, 1);
  readonly #choices = new Column(1, 1);

  get bytes(): number {
    return this.#parents.bytes + this.#indexes.bytes + this.#choices.bytes;
  }

  set(state: number, parent: number, { index, choice }: IndexedMove): void {
    this.#parents.set(state, parent);
    this.#indexes.set(state, index);
    this.#choices.set(state, choice);
  }

  /** The steps from the first state to this one. */
  to(state: number): IndexedMove[] {
    const way: IndexedMove[] = [];
    for (let at = state; at !== 0; at = this.#parents.get(at))
      way.push({ index: this.#indexes.get(at), choice: this.#choices.get(at) });
    return way.reverse();
  }

  /** Those of the first states, for a checkpoint. */
  rows(count: number) {
    return {
      parents: this.#parents.rows(count),
      indexes: this.#indexes.rows(count),
      choices: this.#choices.rows(count),
    };
  }
}
