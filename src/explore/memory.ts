/** A place in the undo log: what was written after it can be taken back. */
export type Mark = number;

/** What steps have touched, as sets of 64 members; members may stand for several things each. */
export interface Footprint {
  readonly readLow: number;
  readonly readHigh: number;
  readonly writtenLow: number;
  readonly writtenHigh: number;
}

/**
 * The whole state of a model: one flat array whose writes are logged and can be taken back. It is
 * divided into objects, runs of neighbouring words, which the exact store keeps under numbers.
 */
export interface Memory {
  readonly words: { readonly length: number; readonly [at: number]: number };
  /** For each word the number of its object. Numbers rise from 0 without gaps. */
  readonly objectOf: ArrayLike<number>;
  mark(): Mark;
  undo(mark: Mark): void;
  /** Forgets how to go back to before now. */
  commit(): void;
  /** Puts the place of each word written since `mark` into `into`, some of them repeatedly. */
  noteWritten(mark: Mark, into: { add(at: number): void }): void;
  /** Writes as a step does. What loads a state commits afterwards. */
  set(at: number, value: number): void;
  /** Follows each write, so that its cost does not grow with the state. */
  readonly hashLow: number;
  readonly hashHigh: number;
  readonly footprint: Footprint;
  clearFootprint(): void;
  /** For a memory that can tell exactly: from here on notes which objects are read or written. */
  follow?(): void;
  /** Those that were touched since then, each once, in the order in which they were. */
  followed?(): readonly number[];
}

export function conflicts(one: Footprint, other: Footprint): boolean {
  const low =
    (one.writtenLow & (other.readLow | other.writtenLow)) | (one.readLow & other.writtenLow);
  const high =
    (one.writtenHigh & (other.readHigh | other.writtenHigh)) | (one.readHigh & other.writtenHigh);
  return (low | high) !== 0;
}
