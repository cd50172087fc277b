/** Why bytes are not a recording that can be read. */
export type RecordingFault = "not-a-recording" | "newer" | "older";

/** The bytes cannot be read at all. Its message is what is wrong and what to do, without the file's name. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
  readonly fault: RecordingFault;

  constructor(fault: RecordingFault, what: string) {
    super(what);
    this.fault = fault;
  }
}

/** A frame does not hold what it should. The reader leaves it out and says so; it never gets further. */
export class FrameDamage extends Error {
  override readonly name = "FrameDamage";
}
