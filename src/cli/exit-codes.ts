/** What the process's status means; a launched command's own status takes the place of OK. */
export const EXIT = {
  ok: 0,
  /** Failed at run time, or there was, or was no, hit where that was asked to be a failure. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Nothing failed in what was explored, but a bound was hit before the end. */
  bounded: 3,
  /** Killed by a signal: this plus its number, as shells say it. */
  signal: 128,
} as const;
