import type { Batch } from "./batch.ts";
import { Column } from "./chunks.ts";
import type { Collapse } from "./collapse.ts";
import { NEW, type Store } from "./store.ts";

const MOST_LOAD = 0.87;
const GROWTH = 1.3;
const RANGE = 2 ** -32;
/** Slots in a line of the cache, in which a state is looked for first, and found nearly always. */
const LINE = 8;

/** Keeps every state whole, as the numbers of its objects: two states are one only if they are equal. */
export class ExactStore implements Store {
  readonly omission = 0;
  readonly #collapse: Collapse;
  #count = 0;
  #vectors: Column;
  // In lines.
  #size = 1 << 7;
  // Each slot holds the number of a state plus one, and its hash, so that others need no look at it.
  #slots = new Int32Array(2 * LINE * this.#size);

  constructor(collapse: Collapse) {
    this.#collapse = collapse;
    this.#vectors = new Column(collapse.width, 1);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#vectors.bytes + this.#slots.byteLength + this.#collapse.bytes;
  }

  insert(batch: Batch): void {
    while (this.#count + batch.count > this.#size * LINE * MOST_LOAD) this.#growSlots();
    this.#glance(batch);
    for (let at = 0; at < batch.count; at++) batch.found[at] = this.#insertOne(batch, at);
  }

  load(state: number): void {
    this.#collapse.load(this.#vectors.chunk(state), this.#vectors.offset(state));
  }

  /** The memory holds this state, and steps go on from it. */
  rebase(state: number): void {
    this.#collapse.rebase(this.#vectors.chunk(state), this.#vectors.offset(state));
  }

  /** All states, one after the other, as the numbers of their objects. */
  vectors(): Int32Array {
    return this.#vectors.rows(this.#count);
  }

  /**
   * Looks at the line of slots of each state, then at the row that it names, if any: no look waits for
   * another one, and what was looked at is in the cache.
   */
  #glance({ count, low, slots: wanted, glances }: Batch): void {
    const slots = this.#slots;
    const scale = RANGE * this.#size;
    for (let at = 0; at < count; at++) {
      const slot = 2 * LINE * Math.floor(((low[at] ?? 0) >>> 0) * scale);
      wanted[at] = slot;
      glances[at] = slots[slot] ?? 0;
    }
    for (let at = 0; at < count; at++) {
      const hash = low[at] ?? 0;
      let slot = wanted[at] ?? 0;
      const end = slot + 2 * LINE;
      while (slot < end && slots[slot + 1] !== hash && slots[slot] !== 0) slot += 2;
      wanted[at] = slot === slots.length ? 0 : slot;
      const state = (slots[slot] ?? 0) - 1;
      if (state >= 0) glances[at] = this.#vectors.get(state);
    }
  }

  #insertOne(batch: Batch, at: number): number {
    const slots = this.#slots;
    const end = slots.length;
    const hash = batch.low[at] ?? 0;
    const from = at * batch.width;
    let slot = batch.slots[at] ?? 0;
    for (;;) {
      const state = (slots[slot] ?? 0) - 1;
      if (state < 0) break;
      if (slots[slot + 1] === hash && this.#isEqual(state, batch.vectors, from)) return state;
      slot += 2;
      if (slot === end) slot = 0;
    }
    slots[slot] = this.#count + 1;
    slots[slot + 1] = hash;
    this.#append(batch.vectors, from);
    return NEW;
  }

  #isEqual(state: number, vectors: Int32Array, from: number): boolean {
    const { width } = this.#collapse;
    const chunk = this.#vectors.chunk(state);
    const offset = this.#vectors.offset(state);
    for (let object = 0; object < width; object++) {
      if (chunk[offset + object] !== vectors[from + object]) return false;
    }
    return true;
  }

  #append(vectors: Int32Array, from: number): void {
    const { width } = this.#collapse;
    while (this.#collapse.mostNumber > this.#vectors.most) this.#vectors = this.#vectors.widened();
    const state = this.#count++;
    const chunk = this.#vectors.chunk(state);
    const offset = this.#vectors.offset(state);
    for (let object = 0; object < width; object++)
      chunk[offset + object] = vectors[from + object] ?? 0;
  }

  #growSlots(): void {
    const old = this.#slots;
    const size = Math.ceil(this.#size * GROWTH);
    const slots = new Int32Array(2 * LINE * size);
    for (let from = 0; from < old.length; from += 2) {
      const hash = old[from + 1] ?? 0;
      if (old[from] === 0) continue;
      let at = 2 * LINE * Math.floor((hash >>> 0) * RANGE * size);
      while (slots[at] !== 0) {
        at += 2;
        if (at === slots.length) at = 0;
      }
      slots[at] = old[from] ?? 0;
      slots[at + 1] = hash;
    }
    this.#slots = slots;
    this.#size = size;
  }
}
