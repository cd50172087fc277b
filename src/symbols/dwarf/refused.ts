import type { PlaceFailure } from "./resolve-expression.ts";

/** Why an expression names no place; never leaves this folder. */
export class Refused extends Error {
  readonly failure: PlaceFailure;

  constructor(failure: PlaceFailure) {
    super(failure.kind === "name" ? failure.failure.kind : failure.problem);
    this.failure = failure;
  }
}

/** `column`, from 0, is where in the expression it went wrong. */
export function refuse(column: number, problem: string): never {
  throw new Refused({ kind: "expression", column, problem });
}

const SHOWN = 12;

export function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** `an int`, `a struct conn`. */
export function article(type: string): string {
  return `${/^[aeiou]/i.test(type) ? "an" : "a"} ${type}`;
}
