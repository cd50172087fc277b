import type { Checkpoint } from "./checkpoint.ts";
import { Column, ShortColumn } from "./chunks.ts";
import type { IndexedMove } from "./trace.ts";

/** How each state was come by: the state that it was found from, and the step. */
export class Ways {
  readonly #parents = new Column(1);
  // Which of the parent's actions led here, and with which choice: place << 8 | choice.
  readonly #moves = new ShortColumn();

  get bytes(): number {
    return this.#parents.bytes + this.#moves.bytes;
  }

  set(state: number, parent: number, move: number): void {
    this.#parents.set(state, parent);
    this.#moves.set(state, move);
  }

  /** The steps from the first state to this one. */
  to(state: number): IndexedMove[] {
    const way: IndexedMove[] = [];
    for (let at = state; at !== 0; at = this.#parents.get(at))
      way.push(indexedMove(this.#moves.get(at)));
    return way.reverse();
  }

  /** Puts back what `rows` gave. */
  fill(it: Pick<Checkpoint, "parents" | "indexes" | "choices">): void {
    const { parents, indexes, choices } = it;
    for (let state = 0; state < parents.length; state++)
      this.set(state, parents[state] ?? 0, ((indexes[state] ?? 0) << 8) | (choices[state] ?? 0));
  }

  /** Those of the first states, for a checkpoint. */
  rows(count: number) {
    const parents = new Int32Array(count);
    const indexes = new Int32Array(count);
    const choices = new Int32Array(count);
    for (let state = 0; state < count; state++) {
      const { index, choice } = indexedMove(this.#moves.get(state));
      parents[state] = this.#parents.get(state);
      indexes[state] = index;
      choices[state] = choice;
    }
    return { parents, indexes, choices };
  }
}

export function indexedMove(packed: number): IndexedMove {
  return { index: packed >>> 8, choice: packed & 0xff };
}
