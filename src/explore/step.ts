import type { Cell } from "./cell.ts";
import type { Footprint } from "./memory.ts";
import type { Failure } from "./model.ts";

/** The step cannot be done now; it has written nothing. */
export const BLOCKED = Symbol("blocked");
/** The agent has done all it had to. */
export const END = Symbol("end");

/** One atomic step: the label that comes next, END, or BLOCKED if it cannot be done now. */
export type Step<Label extends string> = () => Label | typeof BLOCKED | typeof END;

/** What a step, or all steps from one on, may read and write. */
export interface Touches {
  readonly reads: readonly Cell[];
  readonly writes: readonly Cell[];
}

export function footprintOf({ reads, writes }: Touches): Footprint {
  const or = (cells: readonly Cell[], half: "low" | "high") =>
    cells.reduce((mask, cell) => mask | cell[half], 0);
  return {
    readLow: or(reads, "low"),
    readHigh: or(reads, "high"),
    writtenLow: or(writes, "low"),
    writtenHigh: or(writes, "high"),
  };
}

/** Thrown by a step whose property does not hold; ends the search, so it may cost what it likes. */
export class PropertyError extends Error {
  override readonly name = "PropertyError";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.what);
    this.failure = failure;
  }
}
