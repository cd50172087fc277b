import { assert, BugError } from "../base/index.ts";
import type { Batch } from "./batch.ts";
import type { Collapse } from "./collapse.ts";
import { type Model, STEP, type StepEnd } from "./model.ts";
import { ObjectKeys } from "./object-keys.ts";
import type { Packing } from "./packing.ts";
import { enlarged, StepTree } from "./step-tree.ts";

/**
 * What comes of a step, and how hash and packed state change with it, as exclusive ors:
 *
 *     | end | answers of its question | hash: low | high | changed words | word | change | ...
 */
export const OUTCOME = { end: 0, choices: 1, low: 2, high: 3, changes: 4, first: 5 } as const;
/** An agent that has ended has no action: besides the ends that a step has. */
const ABSENT = 4;

/** Who wants to know what comes of the steps from a state. */
export interface Taker {
  /** A step leads to a state: `Batch.addAfter` makes it from the outcome. */
  arrive(outcome: number, index: number, choice: number): void;
  /** It leads to none. */
  stop(end: number, index: number, choice: number): void;
}

/** One remembered step in so many is done again, to see that it is what it was. */
const CHECK_EVERY = 4096;
/** After so many looks it shows whether it is worth while to remember steps. */
const LOOKS_OF_TRIAL = 4;
const MOST_WORDS = 1 << 24;

/**
 * The steps of a model from a state that is kept as the numbers of its objects. What a step does
 * depends on what it touches; so it is done once for the objects that it touches, and remembered. The
 * state in the memory is needed only for what nobody has done yet.
 */
export class LocalSteps {
  /** The state from which steps are done, as numbers, packed, and the two words of its hash. */
  readonly base: Int32Array;
  packed: Int32Array;
  low = 0;
  high = 0;
  /** What came of steps, each where its number says. */
  outcomes = new Int32Array(1 << 10);
  readonly #model: Model;
  readonly #collapse: Collapse;
  readonly #batch: Batch;
  readonly #keys: ObjectKeys;
  readonly #listed: Int32Array;
  #tree: StepTree;
  #packing: Packing;
  #after: Int32Array;
  #end: number = OUTCOME.first;
  #isLoaded = false;
  #remembers = true;
  #untilLook = CHECK_EVERY;
  #looks = 0;
  #learned = 0;

  /** The memory must hold the first state. What steps lead to will be put into the batch. */
  constructor(model: Model, collapse: Collapse, batch: Batch) {
    const { memory, mostActions } = model;
    assert(memory.follow !== undefined, `${model.name}: local, but its memory cannot follow`);
    this.#model = model;
    this.#collapse = collapse;
    this.#keys = new ObjectKeys(collapse.width, memory.hashLow, memory.hashHigh);
    this.#batch = batch;
    this.base = new Int32Array(collapse.width);
    this.#packing = batch.packing;
    this.packed = new Int32Array(batch.packing.words);
    this.#after = new Int32Array(batch.packing.words);
    this.#listed = new Int32Array(mostActions);
    this.#tree = new StepTree(mostActions);
  }

  get bytes(): number {
    return this.#keys.bytes + this.#tree.bytes + this.outcomes.byteLength;
  }

  /** Steps go on from this state. */
  begin(vector: ArrayLike<number>, from: number): void {
    const { base } = this;
    for (let object = 0; object < base.length; object++) base[object] = vector[from + object] ?? 0;
    this.#begun();
  }

  /** The same for a state that is packed so. */
  beginPacked(rows: Int32Array, from: number, packing: Packing): void {
    packing.unpack(rows, from, this.base, 0);
    this.#begun();
  }

  #begun(): void {
    const { base } = this;
    let low = 0;
    let high = 0;
    for (let object = 0; object < base.length; object++) {
      const number = base[object] ?? 0;
      const keys = this.#keys.upTo(object, number);
      low ^= keys[2 * number] ?? 0;
      high ^= keys[2 * number + 1] ?? 0;
    }
    this.low = low;
    this.high = high;
    this.#isLoaded = false;
    this.#pack();
  }

  /** Puts the state into the memory. */
  load(): void {
    if (this.#isLoaded) return;
    this.#collapse.load(this.base, 0);
    this.#isLoaded = true;
  }

  /** Takes all steps, each by the place of its action in the list of actions; false if there is none. */
  takeAll(taker: Taker): boolean {
    const agents = this.#listed.length;
    let index = 0;
    let couldBe = false;
    for (let action = 0; action < agents; action++) {
      let choice = 0;
      let end: number = ABSENT;
      let choices = 1;
      do {
        const at = this.#take(action, choice);
        end = this.outcomes[at + OUTCOME.end] ?? 0;
        choices = this.outcomes[at + OUTCOME.choices] ?? 0;
        if (end === STEP.blocked || end === ABSENT) continue;
        couldBe = true;
        if (end === STEP.done) taker.arrive(at, index, choice);
        else taker.stop(end, index, choice);
      } while (++choice < choices);
      if (end !== ABSENT) index++;
    }
    return couldBe;
  }

  /** Where in `outcomes` it stands what comes of a step, until the next one is taken. */
  #take(action: number, choice: number): number {
    const at = this.#remembers ? this.#tree.find(action, choice, this.base) : 0;
    if (--this.#untilLook === 0) this.#look(at, action, choice);
    return at === 0 ? this.#learn(action, choice) : at;
  }

  /** Forgets what was done, for a search that begins anew. */
  forget(): void {
    this.#tree = new StepTree(this.#model.mostActions);
    this.#end = OUTCOME.first;
  }

  #learn(action: number, choice: number): number {
    const { memory } = this.#model;
    this.load();
    const mark = memory.mark();
    memory.follow?.();
    const end = this.#model.perform(action, choice);
    const touched = memory.followed?.() ?? [];
    const at = this.#write(end, mark);
    memory.undo(mark);
    if (end === STEP.blocked && !this.#isListed(action)) this.outcomes[at] = ABSENT;
    this.#learned++;
    // A failure is told of by the model, so it is done whenever it is met.
    if (!this.#remembers || end === STEP.failed || this.#end > MOST_WORDS) return at;
    this.#tree.add({ action, choice }, { state: this.base, touched }, at);
    this.#end = at + OUTCOME.first + 2 * (this.outcomes[at + OUTCOME.changes] ?? 0);
    return at;
  }

  /** Writes an outcome behind all others, where the next one that is not kept is written, too. */
  #write(end: StepEnd, mark: number): number {
    const { base } = this;
    if (end === STEP.done) this.#note(mark);
    const at = this.#end;
    const most = at + OUTCOME.first + 2 * this.packed.length;
    if (most > this.outcomes.length) this.outcomes = enlarged(this.outcomes, most);
    const { outcomes } = this;
    let low = 0;
    let high = 0;
    let to = at + OUTCOME.first;
    if (end === STEP.done) {
      const { next } = this.#collapse;
      for (let object = 0; object < base.length; object++) {
        const [before = 0, after = 0] = [base[object], next[object]];
        const keys = this.#keys.upTo(object, Math.max(before, after));
        low ^= (keys[2 * before] ?? 0) ^ (keys[2 * after] ?? 0);
        high ^= (keys[2 * before + 1] ?? 0) ^ (keys[2 * after + 1] ?? 0);
      }
      for (let word = 0; word < this.packed.length; word++) {
        const change = (this.packed[word] ?? 0) ^ (this.#after[word] ?? 0);
        if (change === 0) continue;
        outcomes[to++] = word;
        outcomes[to++] = change;
      }
    }
    outcomes[at + OUTCOME.end] = end;
    outcomes[at + OUTCOME.choices] = this.#model.choices;
    outcomes[at + OUTCOME.low] = low;
    outcomes[at + OUTCOME.high] = high;
    outcomes[at + OUTCOME.changes] = (to - at - OUTCOME.first) / 2;
    return at;
  }

  /** Sees the state that the steps since the mark have led to, packed. */
  #note(mark: number): void {
    const collapse = this.#collapse;
    collapse.note(mark);
    this.#batch.widen(collapse.mostNumber);
    this.#pack();
    this.#batch.packing.pack(collapse.next, 0, this.#after, 0);
  }

  #pack(): void {
    const { packing } = this.#batch;
    if (packing !== this.#packing) {
      // All that is remembered is of states that are packed otherwise.
      this.#packing = packing;
      this.packed = new Int32Array(packing.words);
      this.#after = new Int32Array(packing.words);
      this.forget();
    }
    packing.pack(this.base, 0, this.packed, 0);
  }

  #isListed(action: number): boolean {
    const count = this.#model.actions(this.#listed);
    return this.#listed.subarray(0, count).includes(action);
  }

  /** Looks now and then whether remembering pays, and whether what is remembered is true. */
  #look(at: number, action: number, choice: number): void {
    this.#untilLook = CHECK_EVERY;
    if (++this.#looks % LOOKS_OF_TRIAL === 0) {
      if (this.#learned > (LOOKS_OF_TRIAL * CHECK_EVERY) / 4) this.#remembers = false;
      this.#learned = 0;
    }
    if (at === 0) return;
    const { memory, agents, name } = this.#model;
    if (this.outcomes[at] === ABSENT) return;
    this.load();
    const mark = memory.mark();
    const again = this.#write(this.#model.perform(action, choice), mark);
    memory.undo(mark);
    const { outcomes } = this;
    const size = OUTCOME.first + 2 * (outcomes[at + OUTCOME.changes] ?? 0);
    for (let word = 0; word < size; word++) {
      if (outcomes[at + word] !== outcomes[again + word])
        throw new BugError(
          `${name}: a step of ${agents[action]} depends on what it does not touch`,
        );
    }
  }
}
