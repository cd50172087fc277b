const BITS = 10;
const ENTRY = 4;

/**
 * The states that were met last, by their hashes. Steps that commute lead to the same state soon after
 * one another, so more than half of all states that steps lead to are found here, in the cache of the
 * processor, and need no look at a large table.
 *
 *     | low | high | what is known of it | - |
 */
export class Recent {
  readonly #entries = new Int32Array(ENTRY << BITS);

  get bytes(): number {
    return this.#entries.byteLength;
  }

  /** What was set for such a hash last, or 0. */
  find(low: number, high: number): number {
    const entries = this.#entries;
    const at = ENTRY * (low & ((1 << BITS) - 1));
    return entries[at] === low && entries[at + 1] === high ? (entries[at + 2] ?? 0) : 0;
  }

  /** `known` is not 0. */
  set(low: number, high: number, known: number): void {
    const entries = this.#entries;
    const at = ENTRY * (low & ((1 << BITS) - 1));
    entries[at] = low;
    entries[at + 1] = high;
    entries[at + 2] = known;
  }
}
