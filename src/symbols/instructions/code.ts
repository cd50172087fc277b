/** Bytes of code from two sources that should agree. */
export interface CodePiece {
  /** As the object's file has them; undefined of code that has no file. */
  readonly file: Uint8Array | undefined;
  /** As the process has them now; undefined when it is gone or may not be read. */
  readonly memory: Uint8Array | undefined;
}

/** The code of one process around an address. */
export interface Code {
  readonly bits: 32 | 64;
  /** Where the function that holds `address` starts, if anything tells. */
  startOf(address: bigint): bigint | undefined;
  /** Whether a function starts at `address`. */
  isEntry(address: bigint): boolean;
  /** May be shorter where the code ends. */
  read(from: bigint, to: bigint): CodePiece;
}
