import type { Collapse } from "./collapse.ts";
import { type LocalSteps, OUTCOME } from "./local-steps.ts";
import type { Mark, Memory } from "./memory.ts";
import { Packing } from "./packing.ts";

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
  /** The states as the numbers of their objects, packed so, if they are kept whole somewhere. */
  packing: Packing;
  rows: Int32Array;
  /** What the store says of each: NEW, KNOWN or the state's number. */
  readonly found: Int32Array;
  /** For the store: which states it must look for in its table. */
  readonly pending: Int32Array;
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
    this.packing = new Packing(collapse?.width ?? 0);
    this.rows = new Int32Array(size * this.packing.words);
    this.low = new Int32Array(size);
    this.high = new Int32Array(size);
    this.found = new Int32Array(size);
    this.pending = new Int32Array(size);
    this.slots = new Int32Array(size);
    this.glances = new Int32Array(size);
  }

  /** Adds the state in the memory, to which the steps since `mark` led. */
  add(mark: Mark): void {
    const at = this.count;
    this.low[at] = this.#memory.hashLow;
    this.high[at] = this.#memory.hashHigh;
    const collapse = this.#collapse;
    if (collapse !== undefined) {
      collapse.note(mark);
      if (collapse.mostNumber > this.packing.most) this.widen(collapse.mostNumber);
      this.packing.pack(collapse.next, 0, this.rows, at * this.packing.words);
    }
    this.count = at + 1;
  }

  /** Adds the state that an outcome makes of the one that the steps go on from. */
  addAfter(steps: LocalSteps, outcome: number): void {
    const { outcomes, packed } = steps;
    const { rows } = this;
    const { length } = packed;
    const at = this.count++;
    this.low[at] = steps.low ^ (outcomes[outcome + OUTCOME.low] ?? 0);
    this.high[at] = steps.high ^ (outcomes[outcome + OUTCOME.high] ?? 0);
    const from = at * length;
    for (let word = 0; word < length; word++) rows[from + word] = packed[word] ?? 0;
    let change = outcome + OUTCOME.first;
    const end = change + 2 * (outcomes[outcome + OUTCOME.changes] ?? 0);
    for (; change < end; change += 2) {
      const word = from + (outcomes[change] ?? 0);
      rows[word] = (rows[word] ?? 0) ^ (outcomes[change + 1] ?? 0);
    }
  }

  /** Adds the state that the steps go on from. */
  addBase({ packed, low, high }: LocalSteps): void {
    const at = this.count++;
    this.low[at] = low;
    this.high[at] = high;
    this.rows.set(packed, at * packed.length);
  }

  /** Makes room for such a number. */
  widen(number: number): void {
    const old = this.packing;
    const packing = old.for(number);
    if (packing === old) return;
    const rows = new Int32Array(this.size * packing.words);
    const vector = new Int32Array(old.width);
    for (let at = 0; at < this.count; at++) {
      old.unpack(this.rows, at * old.words, vector, 0);
      packing.pack(vector, 0, rows, at * packing.words);
    }
    this.packing = packing;
    this.rows = rows;
  }
}
