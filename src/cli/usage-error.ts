/** The command line is wrong: printed as one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
