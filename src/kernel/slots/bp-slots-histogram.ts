import { type Field, Violation } from "../../machine/index.ts";

/**
 * kernel: struct bp_slots_histogram. Of many counts it keeps how many there are of each size: bucket
 * k says how many are k+1. A count of zero is not kept. Its greatest count is found in O(slots).
 *
 * `at` is where it starts in `field` of object `id`: one object holds a histogram for each class.
 */
export class BpSlotsHistogram {
  readonly #field: Field;
  readonly #slots: number;

  constructor(field: Field, slots: number) {
    this.#field = field;
    this.#slots = slots;
  }

  /** kernel: bp_slots_histogram_add(). One of the counts was `old` and is `old + by` now. */
  add(id: number, type: number, { old, by }: { readonly old: number; readonly by: number }): void {
    if (old > 0) this.#bump(id, type, { count: old, by: -1 });
    if (old + by > 0) this.#bump(id, type, { count: old + by, by: 1 });
  }

  /** kernel: bp_slots_histogram_max(). The greatest count, 0 if there is none. */
  max(id: number, type: number): number {
    for (let count = this.#slots; count > 0; count--) {
      if (this.#field.get(id, type * this.#slots + count - 1) > 0) return count;
    }
    return 0;
  }

  /** kernel: bp_slots_histogram_max_merge(). The greatest count in either of two histograms. */
  maxMerge(id: number, other: BpSlotsHistogram, type: number): number {
    return Math.max(this.max(id, type), other.max(GLOBAL, type));
  }

  bucket(id: number, type: number, count: number): number {
    return this.#field.get(id, type * this.#slots + count - 1);
  }

  #bump(id: number, type: number, { count, by }: { count: number; by: number }): void {
    if (count > this.#slots)
      throw new Violation("overcommit", `a count of ${count} breakpoints in ${this.#slots} slots`);
    const left = this.#field.add(id, by, type * this.#slots + count - 1);
    if (left < 0)
      throw new Violation("accounting", `bucket ${count - 1} of a histogram is ${left}`);
  }
}

/** The one object that holds what is not per CPU. */
export const GLOBAL = 1;
