import { assert } from "../base/index.ts";
import { Bits } from "./bits.ts";
import { Field } from "./field.ts";
import type { Layout, RecordShape } from "./layout.ts";
import { LIFE, NULL, TOMBSTONE } from "./life.ts";
import type { State } from "./state.ts";
import { CapacityError, Violation } from "./violation.ts";

type Target = string;

/**
 * All objects of one kind: `count` runs of `stride` words, and one word that says which id was
 * never used yet. Word 0 of an object is its LIFE, then its fields in the order they were declared.
 */
export class KernelRecord {
  readonly name: string;
  readonly first: number;
  readonly count: number;
  stride = 1;
  /** Word of object `id` number 0 is `base + id * stride`; with `first` 1 there is no object 0. */
  base = 0;
  readonly fields: Field[] = [];
  readonly references: { readonly offset: number; readonly target: Target }[] = [];
  readonly sets: { readonly offset: number; readonly words: number; readonly target: Target }[] =
    [];
  #stacks: { readonly offset: number; readonly words: number } | undefined;
  #state: State | undefined;
  #layout: Layout | undefined;
  #nextFresh = 0;

  constructor(shape: RecordShape) {
    this.name = shape.name;
    this.first = shape.first;
    this.count = shape.count;
  }

  /** A number, or `words` of them that are reached by index. */
  field(name: string, words = 1): Field {
    const field = new Field(this, name, this.#take(words));
    this.fields.push(field);
    return field;
  }

  /** The id of an object of the record called `target`, or NULL, or TOMBSTONE. */
  reference(name: string, target: Target, words = 1): Field {
    const field = this.field(name, words);
    for (let word = 0; word < words; word++)
      this.references.push({ offset: field.offset + word, target });
    return field;
  }

  /** A set of ids from 1 to `members`, kept in the order of the ids. */
  bits(name: string, target: Target, members: number): Bits {
    const words = (members >> 5) + 1;
    const field = this.field(name, words);
    this.sets.push({ offset: field.offset, words, target });
    return new Bits(field, words);
  }

  /** Room for frames. Their words may be ids of anything, and are taken for such when in doubt. */
  stack(words: number): Field {
    const field = this.field("stack", words);
    this.#stacks = { offset: field.offset, words };
    return field;
  }

  place(start: number): void {
    this.#nextFresh = start;
    this.base = start + 1 - this.first * this.stride;
  }

  /** The sizes of the objects in the order of their words: the counter first. */
  *objects(): Generator<number> {
    yield 1;
    for (let object = 0; object < this.count; object++) yield this.stride;
  }

  bind(state: State, layout: Layout): void {
    this.#state = state;
    this.#layout = layout;
    for (const field of this.fields) field.bind(state);
  }

  /**
   * A new object with all fields zero. Its id is the wanted one if that was never used: so that ids do
   * not tell which of two objects came first. Else one that was never used, if there is any.
   */
  alloc(wanted = NULL): number {
    const state = this.#bound();
    if (wanted !== NULL && this.#isUnused(wanted)) return this.#revive(state, wanted);
    let used = state.get(this.#nextFresh);
    while (used < this.count && !this.#isUnused(this.first + used)) used++;
    if (used < this.count) {
      state.set(this.#nextFresh, used + 1);
      return this.#revive(state, this.first + used);
    }
    for (let id = this.first; id < this.first + this.count; id++) {
      const life = state.get(this.base + id * this.stride);
      if (life === LIFE.freed && !this.#layout?.refersTo(this, id)) return this.#revive(state, id);
    }
    throw new CapacityError(`${this.name}: more than ${this.count} at a time`);
  }

  free(id: number): void {
    this.check(id, "free");
    const state = this.#bound();
    const start = this.base + id * this.stride;
    for (let word = 1; word < this.stride; word++) state.wipe(start + word);
    state.set(start, LIFE.freed);
  }

  isLive(id: number): boolean {
    if (id < this.first || id >= this.first + this.count) return false;
    return this.#bound().get(this.base + id * this.stride) === LIFE.live;
  }

  /** Follows an id. Where that is wrong, the violation says how. */
  check(id: number, field: string): void {
    const inRange = id >= this.first && id < this.first + this.count;
    const life = inRange ? this.#bound().peek(this.base + id * this.stride) : LIFE.unused;
    if (life === LIFE.live) return;
    if (id === TOMBSTONE) throw new Violation("tombstone-deref", `TASK_TOMBSTONE->${field}`);
    if (id === NULL) throw new Violation("null-deref", `(${this.name} *) NULL->${field}`);
    if (life === LIFE.freed)
      throw new Violation("use-after-free", `${this.name} ${id}->${field} after it was freed`, {
        record: this.name,
        id,
      });
    throw new Violation("wild-pointer", `${this.name} ${id}->${field}: no such object`);
  }

  refersTo(target: KernelRecord, id: number): boolean {
    const state = this.#bound();
    for (let own = this.first; own < this.first + this.count; own++) {
      const start = this.base + own * this.stride;
      if (state.peek(start) === LIFE.live && this.#objectRefersTo(start, target, id)) return true;
    }
    return false;
  }

  #objectRefersTo(start: number, target: KernelRecord, id: number): boolean {
    const state = this.#bound();
    for (const reference of this.references) {
      if (reference.target === target.name && state.peek(start + reference.offset) === id)
        return true;
    }
    for (const set of this.sets) {
      const word = state.peek(start + set.offset + (id >> 5));
      if (set.target === target.name && word & (1 << (id & 31))) return true;
    }
    const stack = this.#stacks;
    for (let word = 0; word < (stack?.words ?? 0); word++) {
      if (state.peek(start + (stack?.offset ?? 0) + word) === id) return true;
    }
    return false;
  }

  #isUnused(id: number): boolean {
    const inRange = id >= this.first && id < this.first + this.count;
    return inRange && this.#bound().get(this.base + id * this.stride) === LIFE.unused;
  }

  #revive(state: State, id: number): number {
    state.set(this.base + id * this.stride, LIFE.live);
    return id;
  }

  #take(words: number): number {
    assert(this.#state === undefined, `a field of ${this.name} after the state was built`);
    const offset = this.stride;
    this.stride += words;
    return offset;
  }

  #bound(): State {
    assert(this.#state !== undefined, "a record is used when the state is built");
    return this.#state;
  }
}
