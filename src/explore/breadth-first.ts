import { assert } from "../base/index.ts";
import { CheckpointError, decodeCheckpoint, encodeCheckpoint, identityOf } from "./checkpoint.ts";
import { Column } from "./chunks.ts";
import { Collapse } from "./collapse.ts";
import { ExactStore } from "./exact-store.ts";
import type { Counterexample, Exploration } from "./exploration.ts";
import { HashedStore, type HashSet } from "./hashed-store.ts";
import { type Bound, Limiter, type Limits, type Watch } from "./limits.ts";
import type { Mark } from "./memory.ts";
import { type Failure, type Goal, type Model, STEP } from "./model.ts";
import { Reduction } from "./reduction.ts";
import { NEW, type Store } from "./store.ts";
import { canonicalise } from "./symmetry.ts";
import { type IndexedMove, rename, resolve } from "./trace.ts";

export interface BreadthOptions {
  /** Undefined: states are kept exactly. */
  readonly set: HashSet | undefined;
  readonly reduce: boolean;
  readonly symmetry: boolean;
  readonly limits: Limits;
  readonly watch: Watch;
  readonly method: string;
}

/** How many states are explored between two looks at the limits. */
const LOOK_EVERY = 256;

/**
 * Explores states in the order in which they were found, so that a failure is found on a shortest
 * way. The store is the queue; each state knows the one that it was found from.
 */
export class BreadthFirst {
  readonly #model: Model;
  readonly #options: BreadthOptions;
  readonly #collapse: Collapse;
  readonly #store: Store;
  readonly #parents = new Column(1, 4);
  // Which of the parent's actions led here, and with which choice.
  readonly #indexes = new Column(1, 1);
  readonly #choices = new Column(1, 1);
  readonly #actions: Int32Array;
  readonly #limiter: Limiter;
  readonly #bounds = new Set<Bound>();
  readonly #reduction: Reduction | undefined;
  readonly #first: Int32Array;
  readonly #symmetries: NonNullable<Model["symmetries"]>;
  // Goals that were reached before the search was resumed.
  #reachedBefore: Int32Array = new Int32Array(0);
  #transitions = 0;
  #depth = 0;
  #head = 0;
  #levelEnd = 0;
  #isDone = false;
  // Which of the actions is being taken, and whether one has led to a state that is yet to be explored.
  #index = 0;
  #hasFresh = false;
  #failure: (Failure & { state: number; move: IndexedMove | undefined }) | undefined;

  constructor(model: Model, options: BreadthOptions) {
    assert(model.mostActions <= 256, `${model.name}: more than 256 actions in a state`);
    this.#model = model;
    this.#options = options;
    this.#first = Int32Array.from(model.memory.words);
    this.#collapse = new Collapse(model.memory);
    this.#store =
      options.set === undefined
        ? new ExactStore(this.#collapse)
        : new HashedStore(model.memory, this.#collapse, options.set);
    this.#actions = new Int32Array(model.mostActions);
    this.#limiter = new Limiter(options.limits, options.watch);
    this.#symmetries = options.symmetry ? (model.symmetries ?? []) : [];
    const keepsMasks = options.set === undefined && this.#symmetries.length === 0;
    this.#reduction = options.reduce ? new Reduction(model, keepsMasks) : undefined;
  }

  /** Explores so many states more, at least one; false when there is nothing more to explore. */
  advance(states: number): boolean {
    if (this.#store.count === 0) this.#enter();
    for (let explored = 0; explored < states && !this.#isDone; explored++) this.#next();
    return !this.#isDone;
  }

  #next(): void {
    const revisited = this.#reduction?.nextRevisit();
    if (revisited !== undefined) this.#expand(revisited);
    else if (this.#head === this.#store.count) this.#isDone = true;
    else {
      const isNewLevel = this.#head === this.#levelEnd;
      if (isNewLevel) {
        this.#depth++;
        this.#levelEnd = this.#store.count;
      }
      if ((isNewLevel || this.#head % LOOK_EVERY === 0) && this.#isOver()) this.#isDone = true;
      else this.#expand(this.#head++);
    }
    if (this.#failure !== undefined) this.#isDone = true;
  }

  /** The first state, which the memory holds. */
  #enter(): void {
    for (const goal of this.#model.goals) goal.clear();
    const mark = this.#model.memory.mark();
    canonicalise(this.#model.memory, this.#symmetries);
    this.#collapse.note(mark);
    this.#store.insert();
    this.#levelEnd = 1;
    this.#reduction?.enter(0, 0);
    const failure = this.#model.invariant?.();
    if (failure !== undefined) this.#fail(failure, 0, undefined);
  }

  #isOver(): boolean {
    const bound = this.#limiter.reached({
      states: this.#store.count,
      transitions: this.#transitions,
      depth: this.#depth + 1,
      queue: this.#store.count - this.#head,
      bytes: this.#bytes,
    });
    if (bound !== undefined) this.#bounds.add(bound);
    return bound !== undefined;
  }

  #expand(state: number): void {
    const { memory } = this.#model;
    this.#store.load(state);
    memory.clearFootprint();
    const count = this.#model.actions(this.#actions);
    if (this.#reduction !== undefined) {
      this.#expandReduced(this.#reduction, state, count);
      return;
    }
    const sufficient = this.#model.sufficient ?? count;
    this.#hasFresh = false;
    let isEnd = true;
    for (let index = 0; index < count; index++) {
      // On a circle of explored states, what can wait must not wait for ever.
      if (index >= sufficient && this.#hasFresh) break;
      if (this.#take(state, index)) isEnd = false;
    }
    if (isEnd) this.#end(state);
  }

  #expandReduced(reduction: Reduction, state: number, count: number): void {
    const outlook = reduction.lookAround(this.#actions, count);
    if (outlook.enabled === 0) {
      this.#end(state);
      return;
    }
    if (outlook.hasFailed) {
      // A step fails here: no need to ask whether it could have waited.
      for (let index = 0; index < count; index++) this.#take(state, index);
      return;
    }
    let todo = reduction.begin(state, this.#head);
    while (todo !== 0) {
      for (let index = 0; index < count; index++) {
        const agent = this.#model.agentOf(this.#actions[index] ?? 0);
        if ((todo & (1 << agent)) !== 0) this.#take(state, index);
      }
      todo = reduction.more();
    }
  }

  /** Does an action with each of its choices. Whether it could be done. */
  #take(state: number, index: number): boolean {
    this.#index = index;
    const { memory } = this.#model;
    const action = this.#actions[index] ?? 0;
    let couldBe = false;
    let choice = 0;
    do {
      const mark = memory.mark();
      memory.clearFootprint();
      const end = this.#model.perform(action, choice);
      if (end !== STEP.blocked) couldBe = true;
      if (end === STEP.done) this.#arrive(state, mark, choice);
      else if (end === STEP.beyond) this.#bounds.add("capacity");
      else if (end === STEP.failed && this.#failure === undefined)
        this.#fail(this.#model.failure, state, { index, choice });
      memory.undo(mark);
    } while (++choice < this.#model.choices);
    return couldBe;
  }

  #arrive(from: number, mark: Mark, choice: number): void {
    const index = this.#index;
    this.#transitions++;
    const sleep = this.#reduction?.sleepAfter(this.#actions[index] ?? 0) ?? 0;
    if (this.#symmetries.length > 0) canonicalise(this.#model.memory, this.#symmetries);
    this.#collapse.note(mark);
    const known = this.#store.insert();
    if (known === NEW || known >= this.#head) this.#hasFresh = true;
    if (known !== NEW) {
      this.#reduction?.meet(known, sleep);
      return;
    }
    const state = this.#store.count - 1;
    this.#parents.set(state, from);
    this.#indexes.set(state, index);
    this.#choices.set(state, choice);
    this.#reduction?.enter(state, sleep);
    const failure = this.#model.invariant?.();
    if (failure !== undefined && this.#failure === undefined)
      this.#fail(failure, from, { index, choice });
  }

  #end(state: number): void {
    const failure = this.#model.atEnd();
    if (failure !== undefined) this.#fail(failure, state, undefined);
  }

  #fail(failure: Failure | undefined, state: number, move: IndexedMove | undefined): void {
    assert(failure !== undefined, `${this.#model.name}: a step failed and does not say why`);
    this.#failure = { ...failure, state, move };
  }

  /** All that is needed to go on another time. Only of searches that keep states whole. */
  save(): Uint8Array<ArrayBuffer> {
    const store = this.#exactStore();
    const { count } = store;
    const { transitions, depth, head, levelEnd } = this.#counters();
    return encodeCheckpoint({
      identity: this.#identity(),
      counters: Int32Array.of(transitions / 2 ** 30, transitions % 2 ** 30, depth, head, levelEnd),
      vectors: store.vectors(),
      parents: this.#parents.rows(count),
      indexes: this.#indexes.rows(count),
      choices: this.#choices.rows(count),
      goals: Int32Array.from(this.#model.goals, (goal) => (goal.isReached() ? 1 : 0)),
      values: this.#collapse.contents(),
    });
  }

  /** Goes on where `save` was called, in a search that has not begun. Throws the CheckpointError. */
  resume(bytes: Uint8Array): void {
    const saved = decodeCheckpoint(bytes);
    if (saved.identity.join() !== this.#identity().join())
      throw new CheckpointError(
        `the checkpoint is not one of ${this.#model.name}, or not so explored`,
      );
    const store = this.#exactStore();
    this.#collapse.restore(saved.values);
    store.restore(saved.vectors);
    for (let state = 0; state < store.count; state++) {
      this.#parents.set(state, saved.parents[state] ?? 0);
      this.#indexes.set(state, saved.indexes[state] ?? 0);
      this.#choices.set(state, saved.choices[state] ?? 0);
    }
    const [high = 0, low = 0, depth = 0, head = 0, levelEnd = 0] = saved.counters;
    this.#transitions = high * 2 ** 30 + low;
    this.#depth = depth;
    this.#head = head;
    this.#levelEnd = levelEnd;
    this.#reachedBefore = saved.goals;
  }

  #counters() {
    const [transitions, depth] = [this.#transitions, this.#depth];
    return { transitions, depth, head: this.#head, levelEnd: this.#levelEnd };
  }

  #identity(): Int32Array {
    return identityOf(this.#model.name, this.#first, this.#options.method);
  }

  #exactStore(): ExactStore {
    if (this.#store instanceof ExactStore && this.#reduction === undefined) return this.#store;
    throw new CheckpointError("only a search that keeps states whole, unreduced, can be saved");
  }

  get #bytes(): number {
    const columns = [this.#parents, this.#indexes, this.#choices];
    const own = columns.reduce((sum, column) => sum + column.bytes, 0);
    return own + this.#store.bytes + (this.#reduction?.bytes ?? 0);
  }

  result(): Exploration {
    const { goals } = this.#model;
    const isReached = (goal: Goal, at: number) => goal.isReached() || this.#reachedBefore[at] === 1;
    const unreached = goals.filter((goal, at) => !isReached(goal, at)).map(({ name }) => name);
    const counterexample = this.#counterexample();
    const isComplete = this.#bounds.size === 0;
    const isVacuous = isComplete && unreached.length > 0;
    const failed = counterexample !== undefined || isVacuous;
    return {
      verdict: failed ? "fail" : isComplete ? "ok" : "bounded",
      states: this.#store.count,
      transitions: this.#transitions,
      depth: this.#depth,
      seconds: this.#limiter.seconds,
      bytes: this.#bytes,
      counterexample,
      bounds: [...this.#bounds],
      method: this.#options.method,
      omission: this.#store.omission,
      unreached,
    };
  }

  #counterexample(): Counterexample | undefined {
    const failure = this.#failure;
    if (failure === undefined) return undefined;
    const { property, what } = failure;
    const last = failure.move === undefined ? [] : [failure.move];
    const way = [...this.#wayTo(failure.state), ...last];
    const symmetries = this.#symmetries;
    const moves =
      symmetries.length > 0
        ? rename(this.#model, this.#first, { way, symmetries })
        : resolve(this.#model, this.#first, way);
    return { property, what, moves, isShortest: this.#reduction === undefined };
  }

  #wayTo(state: number): IndexedMove[] {
    const way: IndexedMove[] = [];
    for (let at = state; at !== 0; at = this.#parents.get(at))
      way.unshift({ index: this.#indexes.get(at), choice: this.#choices.get(at) });
    return way;
  }
}
