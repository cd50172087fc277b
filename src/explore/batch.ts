import type { Collapse } from "./collapse.ts";
import type { Mark, Memory } from "./memory.ts";

/**
 * States that steps have led to and that wait to be looked up. A look at a large table is a wait for
 * memory; looks at several places of it, one right after the other, wait together.
 */
export class Batch {
  readonly size: number;
  count = 0;
  /** The two words of each state's hash. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** The states as numbers of their objects' values, if they are kept whole somewhere. */
  readonly vectors: Int32Array;
  readonly width: number;
  /** What the store says of each: NEW, KNOWN or the state's number. */
  readonly found: Int32Array;
  /** For the store: the slot where it begins to look for each. */
  readonly slots: Int32Array;
  /** For the store: what it has seen there already. */
  readonly glances: Int32Array;
  readonly #memory: Memory;
  readonly #collapse: Collapse | undefined;

  constructor(memory: Memory, collapse: Collapse | undefined, size: number) {
    this.#memory = memory;
    this.#collapse = collapse;
    this.size = size;
    this.width = collapse?.width ?? 0;
    this.low = new Int32Array(size);
    this.high = new Int32Array(size);
    this.vectors = new Int32Array(size * this.width);
    this.found = new Int32Array(size);
    this.slots = new Int32Array(size);
    this.glances = new Int32Array(size);
  }

  /** Adds the state in the memory, to which the steps since `mark` led. */
  add(mark: Mark): void {
    const at = this.count++;
    this.low[at] = this.#memory.hashLow;
    this.high[at] = this.#memory.hashHigh;
    const collapse = this.#collapse;
    if (collapse === undefined) return;
    collapse.note(mark);
    const { next } = collapse;
    const { vectors, width } = this;
    const from = at * width;
    for (let object = 0; object < width; object++) vectors[from + object] = next[object] ?? 0;
  }
}
