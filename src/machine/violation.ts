/** A property that did not hold, the object that shows it, and what the code was about to do. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly property: string;
  /** The kernel functions that the step was in, outermost first. Filled in by the machine. */
  chain: readonly string[] = [];
  /** The object that was followed though it is gone. */
  readonly object: { readonly record: string; readonly id: number } | undefined;

  constructor(property: string, what: string, object?: Violation["object"]) {
    super(what);
    this.property = property;
    this.object = object;
  }
}

/** More objects are wanted than the state has room for: the bounds of the run, not a failure. */
export class CapacityError extends Error {
  override readonly name = "CapacityError";
}
