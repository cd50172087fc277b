/**
 * What kept a watch from starting, by what the caller may do about it. `usage`: the request is
 * wrong. `target`: the process or command is. `denied`: a right is missing. `busy`: no register is
 * free. `machine`: this computer cannot. `command`: the command to launch cannot be run.
 */
export type WatchErrorKind = "usage" | "target" | "denied" | "busy" | "machine" | "command";

/** One line: the action, the value, the reason, and what to do. */
export class WatchError extends Error {
  override readonly name = "WatchError";
  readonly kind: WatchErrorKind;
  /** For kind `command`: 127 not found, 126 found but not to be run. */
  readonly exitCode: number | undefined;

  constructor(kind: WatchErrorKind, message: string, exitCode?: number) {
    super(message);
    this.kind = kind;
    this.exitCode = exitCode;
  }
}
