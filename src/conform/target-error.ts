/** A target that cannot be used: one line that says what, why, and what to do. */
export class TargetError extends Error {
  override readonly name = "TargetError";
}
