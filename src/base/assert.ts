/** We are wrong: a state that our own code promises cannot be. Never caught, except to report it. */
export class BugError extends Error {
  override readonly name = "BugError";
}

/** States what the code relies on. Throws BugError, for a failure is ours, not the user's. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new BugError(what);
}

/** The end of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new BugError(`a case was forgotten: ${String(value)}`);
}
