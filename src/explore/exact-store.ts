import type { Batch } from "./batch.ts";
import type { Collapse } from "./collapse.ts";
import type { LocalSteps } from "./local-steps.ts";
import { PackedStates } from "./packed-states.ts";
import { Recent } from "./recent.ts";
import { LINE_WORDS, lineOf, refill } from "./slot-lines.ts";
import { NEW, type Store } from "./store.ts";

const MOST_LOAD = 0.8;
const GROWTH = 1.2;

/** Of a batch: the same as the first state, the second, … from here on downwards. */
const TWIN = -16;

/** Keeps every state whole, as the numbers of its objects: two states are one only if they are equal. */
export class ExactStore implements Store {
  readonly omission = 0;
  readonly #collapse: Collapse;
  readonly #states: PackedStates;
  #lines = 1 << 7;
  // Each slot holds the number of a state plus one, and its hash, so that others need no look at it.
  #slots = new Int32Array(LINE_WORDS * this.#lines);
  // By the hash: the number of the state plus one, or its place in the batch plus one, negated.
  readonly #recent = new Recent();

  constructor(collapse: Collapse) {
    this.#collapse = collapse;
    this.#states = new PackedStates(collapse.width);
  }

  get count(): number {
    return this.#states.count;
  }

  get bytes(): number {
    const table = this.#slots.byteLength + this.#recent.bytes;
    return this.#states.bytes + table + this.#collapse.bytes;
  }

  insert(batch: Batch): void {
    while (this.count + batch.count > (this.#slots.length / 2) * MOST_LOAD) this.#growSlots();
    this.#states.follow(batch);
    const { low, high, found, pending } = batch;
    const unknown = this.#glance(batch);
    for (let index = 0; index < unknown; index++) {
      const at = pending[index] ?? 0;
      const state = this.#insertOne(batch, at);
      found[at] = state;
      const known = state === NEW ? this.count - 1 : state;
      batch.glances[at] = known;
      this.#recent.set(low[at] ?? 0, high[at] ?? 0, known + 1);
    }
    // What is twice in the batch was looked for once.
    for (let at = 0; at < batch.count; at++) {
      if ((found[at] ?? 0) <= TWIN) found[at] = batch.glances[TWIN - (found[at] ?? 0)] ?? 0;
    }
  }

  load(state: number): void {
    this.#collapse.load(this.#states.vector(state), 0);
  }

  begin(state: number, steps: LocalSteps): void {
    this.#states.begin(state, steps);
  }

  /** The memory holds this state, and steps go on from it. */
  rebase(state: number): void {
    this.#collapse.rebase(this.#states.vector(state), 0);
  }

  /** All states, one after the other, as the numbers of their objects. */
  vectors(): Int32Array {
    return this.#states.vectors();
  }

  /** Finds what was met just now, and says which states are to be looked for in the table. */
  #glance(batch: Batch): number {
    const { count, low, high, found, pending } = batch;
    const recent = this.#recent;
    const states = this.#states;
    let unknown = 0;
    for (let at = 0; at < count; at++) {
      const known = recent.find(low[at] ?? 0, high[at] ?? 0);
      if (known > 0 && states.isEqual(known - 1, batch, at)) found[at] = known - 1;
      else if (known < 0 && areTwins(batch, -known - 1, at)) found[at] = TWIN + known + 1;
      else {
        recent.set(low[at] ?? 0, high[at] ?? 0, -at - 1);
        pending[unknown++] = at;
      }
    }
    this.#glanceAtTable(batch, unknown);
    return unknown;
  }

  /**
   * Looks at the line of slots of each state, then at the row that it names, if any: no look waits for
   * another one, and what was looked at is in the cache.
   */
  #glanceAtTable({ low, pending, slots: wanted, glances }: Batch, unknown: number): void {
    const slots = this.#slots;
    const lines = this.#lines;
    for (let index = 0; index < unknown; index++) {
      const at = pending[index] ?? 0;
      const slot = LINE_WORDS * lineOf(low[at] ?? 0, lines);
      wanted[at] = slot;
      glances[at] = slots[slot] ?? 0;
    }
    for (let index = 0; index < unknown; index++) {
      const at = pending[index] ?? 0;
      const hash = low[at] ?? 0;
      let slot = wanted[at] ?? 0;
      const end = slot + LINE_WORDS;
      while (slot < end && slots[slot + 1] !== hash && slots[slot] !== 0) slot += 2;
      wanted[at] = slot === slots.length ? 0 : slot;
      const state = (slots[slot] ?? 0) - 1;
      if (state >= 0) glances[at] = this.#states.glance(state);
    }
  }

  #insertOne(batch: Batch, at: number): number {
    const slots = this.#slots;
    const end = slots.length;
    const hash = batch.low[at] ?? 0;
    let slot = batch.slots[at] ?? 0;
    for (;;) {
      const state = (slots[slot] ?? 0) - 1;
      if (state < 0) break;
      if (slots[slot + 1] === hash && this.#states.isEqual(state, batch, at)) return state;
      slot += 2;
      if (slot === end) slot = 0;
    }
    slots[slot] = this.count + 1;
    slots[slot + 1] = hash;
    this.#states.append(batch, at);
    return NEW;
  }

  #growSlots(): void {
    const lines = Math.ceil(this.#lines * GROWTH);
    const slots = new Int32Array(LINE_WORDS * lines);
    refill(this.#slots, slots);
    this.#slots = slots;
    this.#lines = lines;
  }
}

/** Whether two states of a batch are the same. */
function areTwins({ rows, packing }: Batch, one: number, other: number): boolean {
  const { words } = packing;
  for (let word = 0; word < words; word++) {
    if (rows[one * words + word] !== rows[other * words + word]) return false;
  }
  return true;
}
