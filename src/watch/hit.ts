import type { Frame } from "../symbols/index.ts";
import type { RawHit } from "./raw-hit.ts";
import type { Session } from "./session.ts";

/** One access to a watched range. */
export interface Hit {
  /** ns of CLOCK_MONOTONIC, the clock of `process.hrtime.bigint()`. Stamped in the trap. */
  readonly time: bigint;
  readonly pid: number;
  readonly tid: number;
  /** The task's name when it made the access, at most 15 bytes. */
  readonly comm: string;
  readonly cpu: number;
  /**
   * Where the program was when it trapped: on x86 the instruction behind the access for data, the
   * instruction itself for a watch of execution.
   */
  readonly ip: bigint;
  /** `kernel`: a system call made the access for the task, such as read(2) into the range. */
  readonly mode: "user" | "kernel";
  /** Which of the watches was hit: index into `Watch.watches`. */
  readonly watch: number;
  /** The code that made the access; for JavaScript the function that it was made for. */
  readonly frame: Frame;
  /** The builtin or library that worked for `frame`, where it is JavaScript. */
  readonly via: Frame | undefined;
  /** The call chain, innermost first, where `stack` was asked for. */
  readonly stack: readonly Frame[] | undefined;
  /** The watched bytes behind the access, as a little-endian number without a sign. */
  readonly new: bigint | undefined;
  /**
   * The same behind the access before it, by the same process, or before the first. Undefined, as
   * `new` is, where values were not asked for or cannot be known.
   */
  readonly old: bigint | undefined;
  /** `kernel`: read in the trap. `rebuilt`: from the instruction and its registers. */
  readonly valueFrom: "kernel" | "rebuilt" | undefined;
}

/** Makes a hit that may be kept of one that is valid only now. */
export function keepHit(session: Session, raw: RawHit, withStack: boolean): Hit {
  const { namer } = session.parts;
  const { frame, via } = namer.name(raw);
  return {
    time: raw.time,
    pid: raw.pid,
    tid: raw.tid,
    comm: session.commOf(raw),
    cpu: raw.cpu,
    ip: raw.ip,
    mode: raw.kernel ? "kernel" : "user",
    watch: raw.spot,
    frame,
    via,
    stack: withStack ? namer.stack(raw) : undefined,
    new: raw.newValue,
    old: raw.oldValue,
    valueFrom: raw.valueFrom,
  };
}
