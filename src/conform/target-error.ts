/** A target that cannot be used: one line that says what, why, and what to do. */
export class TargetError extends Error {
  override readonly name = "TargetError";
}

/** No answer came to a program. What was asked has been ended, and the target can be asked again. */
export class NoAnswerError extends TargetError {
  readonly why: string;

  /** The end of what its console said comes with it. */
  constructor(why: string, console: string) {
    super(console === "" ? why : `${why}: its console:\n${console}`);
    this.why = why;
  }
}
