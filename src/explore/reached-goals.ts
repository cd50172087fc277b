import type { Model } from "./model.ts";

/** Which goals of a model were reached, in this search or in the one that it goes on with. */
export class ReachedGoals {
  readonly #goals: Model["goals"];
  #before: Int32Array = new Int32Array(0);

  constructor({ goals }: Model) {
    this.#goals = goals;
  }

  clear(): void {
    for (const goal of this.#goals) goal.clear();
  }

  /** What `words` gave of the search before. */
  resume(before: Int32Array): void {
    this.#before = before;
  }

  /** For a checkpoint: 1 for each that was reached. */
  words(): Int32Array {
    return Int32Array.from(this.#goals, (goal, at) =>
      goal.isReached() || this.#before[at] === 1 ? 1 : 0,
    );
  }

  unreached(): string[] {
    const words = this.words();
    return this.#goals.filter((_, at) => words[at] === 0).map(({ name }) => name);
  }
}
