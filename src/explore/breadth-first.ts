import { assert } from "../base/index.ts";
import { Arrivals } from "./arrivals.ts";
import { Batch } from "./batch.ts";
import type { BreadthOptions } from "./breadth-options.ts";
import {
  type Checkpoint,
  CheckpointError,
  countersIn,
  countersOf,
  encodeCheckpoint,
  identityOf,
  openCheckpoint,
} from "./checkpoint.ts";
import { Collapse } from "./collapse.ts";
import type { Colleague } from "./crew.ts";
import { ExactStore } from "./exact-store.ts";
import { type Counterexample, type Exploration, verdictOf } from "./exploration.ts";
import { storeOf } from "./hashed-store.ts";
import { type Bound, Limiter } from "./limits.ts";
import { LocalSteps, type Taker } from "./local-steps.ts";
import type { Mark } from "./memory.ts";
import { type Failure, type Model, STEP, type StepEnd } from "./model.ts";
import { ReachedGoals } from "./reached-goals.ts";
import { Reduction } from "./reduction.ts";
import { SharedSearch } from "./shared-search.ts";
import { NEW, type Store } from "./store.ts";
import { assign, canonicalise } from "./symmetry.ts";
import { type IndexedMove, movesOf } from "./trace.ts";
import { type Trier, tryChoices } from "./try-choices.ts";

/** How many states are explored between two looks at the limits. */
const LOOK_EVERY = 256;
/** How many between two looks at whether it is interrupted. */
const ASK_EVERY = 16;
/** How many are looked up at once. */
const BATCH = 64;

/**
 * Explores states in the order in which they were found, so that a failure is found on a shortest
 * way. The store is the queue; each state knows the one that it was found from.
 */
export class BreadthFirst implements Taker, Trier {
  readonly #model: Model;
  readonly #options: BreadthOptions;
  readonly #collapse: Collapse;
  readonly #store: Store;
  // States that were arrived at and not yet looked up.
  readonly #batch: Batch;
  readonly #arrivals: Arrivals;
  /** What the steps of a model do that says what they depend on. */
  readonly #steps: LocalSteps | undefined;
  /** Whether each is looked up at once, for what is done with it needs it in the memory. */
  readonly #isEager: boolean;
  readonly #actions: Int32Array;
  readonly #limiter: Limiter;
  readonly #bounds = new Set<Bound>();
  readonly #reduction: Reduction | undefined;
  readonly #first: Int32Array;
  readonly #symmetries: NonNullable<Model["symmetries"]>;
  readonly #goals: ReachedGoals;
  #transitions = 0;
  #depth = 0;
  #head = 0;
  #levelEnd = 0;
  #isLookDue = false;
  #isDone = false;
  // The memory as it was when the state was loaded that is being explored.
  #loaded = 0;
  // The state that is being explored, which of its actions is being taken, and whether one has led to a state that is yet to be explored.
  #state = 0;
  #index = 0;
  #hasFresh = false;
  #failure: (Failure & { state: number; move: IndexedMove | undefined }) | undefined;

  constructor(model: Model, options: BreadthOptions) {
    assert(model.mostActions <= 256, `${model.name}: more than 256 actions in a state`);
    this.#model = model;
    this.#options = options;
    this.#goals = new ReachedGoals(model);
    this.#first = Int32Array.from(model.memory.words);
    this.#collapse = new Collapse(model.memory);
    this.#store = storeOf(this.#collapse, options.set);
    this.#batch = new Batch(model.memory, this.#collapse, BATCH);
    this.#arrivals = new Arrivals(this.#batch, this.#store);
    this.#actions = new Int32Array(model.mostActions);
    this.#limiter = new Limiter(options.limits, options.watch, options.seconds);
    this.#symmetries = options.symmetry ? (model.symmetries ?? []) : [];
    const keepsMasks = options.set === undefined && this.#symmetries.length === 0;
    this.#reduction = options.reduce ? new Reduction(model, keepsMasks) : undefined;
    this.#isEager = options.reduce || model.invariant !== undefined;
    const isPlain = !this.#isEager && this.#symmetries.length === 0;
    if (isPlain && model.isLocal) this.#steps = new LocalSteps(model, this.#collapse, this.#batch);
  }

  /** Explores so many states more, at least one; false when there is nothing more to explore. */
  advance(states: number): boolean {
    if (this.#store.count === 0) this.#enter();
    for (let explored = 0; explored < states && !this.#isDone; explored++) this.#next();
    this.#lookUp();
    return !this.#isDone;
  }

  #next(): void {
    const revisited = this.#reduction?.nextRevisit();
    if (revisited !== undefined) this.#expand(revisited);
    else if (this.#isAtEnd() || this.#isOver()) this.#isDone = true;
    else this.#expandNext();
    if (this.#failure !== undefined) this.#isDone = true;
  }

  /** What a step or property throws loses nothing: the search is as it was before that state. */
  #expandNext(): void {
    const transitions = this.#transitions;
    try {
      this.#expand(this.#head++);
    } catch (error) {
      this.#model.memory.undo(this.#loaded);
      this.#head--;
      this.#transitions = transitions;
      throw error;
    }
  }

  /** Whether all is explored. The end of a level is where the next one becomes known. */
  #isAtEnd(): boolean {
    if (this.#head !== this.#levelEnd) return false;
    this.#lookUp();
    if (this.#head === this.#store.count) return true;
    this.#depth++;
    this.#levelEnd = this.#store.count;
    this.#isLookDue = true;
    return false;
  }

  /** The first state, which the memory holds. */
  #enter(): void {
    this.#goals.clear();
    const mark = this.#model.memory.mark();
    canonicalise(this.#model.memory, this.#symmetries);
    this.#arrivals.keep(mark, this.#collapse, this.#steps);
    this.#levelEnd = 1;
    this.#reduction?.enter(0, 0);
    const failure = this.#model.invariant?.();
    if (failure !== undefined) this.#fail(failure, 0, undefined);
  }

  /** Whether a limit is reached; looked at now and then, and at each level. */
  #isOver(): boolean {
    const isDue = this.#isLookDue || this.#head % LOOK_EVERY === 0;
    // States of some models take milliseconds each, and whoever interrupts does not wait for long.
    const isAsked = this.#head % ASK_EVERY === 0;
    if (!isDue && !(isAsked && this.#options.watch.isInterrupted?.() === true)) return false;
    this.#isLookDue = false;
    this.#lookUp();
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
    if (this.#steps !== undefined) {
      this.#expandLocally(this.#steps, state);
      return;
    }
    this.#store.load(state);
    this.#loaded = memory.mark();
    memory.clearFootprint();
    const count = this.#model.actions(this.#actions);
    if (this.#reduction !== undefined) {
      this.#expandReduced(this.#reduction, state, count);
      return;
    }
    const sufficient = this.#model.sufficient ?? count;
    // Whether something new comes of this state is asked of its own states only.
    if (sufficient < count) this.#lookUp();
    this.#hasFresh = false;
    let isEnd = true;
    for (let index = 0; index < count; index++) {
      // On a circle of explored states, what can wait must not wait for ever.
      if (index >= sufficient && this.#leadsOn()) break;
      if (this.#take(state, index)) isEnd = false;
    }
    if (isEnd) this.#end(state);
  }

  #expandLocally(steps: LocalSteps, state: number): void {
    this.#store.begin(state, steps);
    this.#state = state;
    if (steps.takeAll(this)) return;
    steps.load();
    this.#end(state);
  }

  arrive(outcome: number, index: number, choice: number): void {
    if (this.#steps === undefined) return;
    this.#transitions++;
    this.#arrivals.announce(this.#state, index, choice);
    this.#batch.addAfter(this.#steps, outcome);
    if (this.#arrivals.isFull) this.#lookUp();
  }

  /** A step that leads to no state. */
  stop(end: number, index: number, choice: number): void {
    if (end === STEP.beyond) this.#bounds.add("capacity");
    else if (end === STEP.failed && this.#failure === undefined)
      this.#fail(this.#model.failure, this.#state, { index, choice });
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

  /** Whether the action could be done. */
  #take(state: number, index: number): boolean {
    this.#index = index;
    this.#state = state;
    return tryChoices(this.#model, this.#actions[index] ?? 0, this);
  }

  tried(end: StepEnd, choice: number, mark: Mark): void {
    if (end === STEP.done) this.#arrive(mark, choice);
    else this.stop(end, this.#index, choice);
  }

  #arrive(mark: Mark, choice: number): void {
    const index = this.#index;
    this.#transitions++;
    if (this.#symmetries.length > 0) canonicalise(this.#model.memory, this.#symmetries);
    this.#arrivals.announce(this.#state, index, choice);
    this.#batch.add(mark);
    if (this.#isEager) this.#lookUpNow(this.#reduction?.sleepAfter(this.#actions[index] ?? 0) ?? 0);
    else if (this.#arrivals.isFull) this.#lookUp();
  }

  #lookUp(): void {
    if (this.#arrivals.lookUp(this.#head)) this.#hasFresh = true;
  }

  /** Whether what was taken so far has led to a state that is yet to be explored. */
  #leadsOn(): boolean {
    this.#lookUp();
    return this.#hasFresh;
  }

  /** Looks up the one state of the batch, which the memory holds. */
  #lookUpNow(sleep: number): void {
    const state = this.#store.count;
    this.#lookUp();
    const known = this.#batch.found[0] ?? NEW;
    if (known !== NEW) {
      this.#reduction?.meet(known, sleep);
      return;
    }
    this.#reduction?.enter(state, sleep);
    const failure = this.#model.invariant?.();
    if (failure !== undefined && this.#failure === undefined) this.#fail(failure, state, undefined);
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
    return encodeCheckpoint(this.#snapshot());
  }

  /** Whether several threads can go on with it: the order in which states come must not matter. */
  get canBeShared(): boolean {
    const isWhole = this.#store instanceof ExactStore && this.#reduction === undefined;
    return isWhole && !this.#options.reducesItself && !this.#isDone;
  }

  share(crew: readonly Colleague[], fuse = false): SharedSearch {
    assert(this.canBeShared, `${this.#model.name}: this search cannot be shared`);
    const { limits, watch, method, symmetry } = this.#options;
    const { seconds } = this.#limiter;
    assign(this.#model.memory, this.#first);
    this.#model.memory.commit();
    const options = { limits, watch, method, symmetry, fuse, seconds };
    return new SharedSearch(this.#model, { snapshot: this.#snapshot(), crew, options });
  }

  #snapshot(): Checkpoint {
    const store = this.#exactStore();
    const [transitions, depth] = [this.#transitions, this.#depth];
    return {
      identity: this.#identity(),
      counters: countersOf({ transitions, depth, head: this.#head, levelEnd: this.#levelEnd }),
      vectors: store.vectors(),
      ...this.#arrivals.ways.rows(store.count),
      goals: this.#goals.words(),
      values: this.#collapse.contents(),
    };
  }

  /** Goes on where `save` was called, in a search that has not begun. Throws the CheckpointError. */
  resume(bytes: Uint8Array): void {
    const saved = openCheckpoint(bytes, this.#identity(), this.#model.name);
    this.#exactStore();
    this.#collapse.restore(saved.values);
    const { width } = this.#collapse;
    for (let from = 0; from < saved.vectors.length; from += width) {
      this.#collapse.load(saved.vectors, from);
      this.#arrivals.keep(this.#model.memory.mark(), this.#collapse, this.#steps);
    }
    this.#arrivals.ways.fill(saved);
    const { transitions, depth, head, levelEnd } = countersIn(saved.counters);
    this.#transitions = transitions;
    this.#depth = depth;
    this.#head = head;
    this.#levelEnd = levelEnd;
    this.#goals.resume(saved.goals);
  }

  #identity(): Int32Array {
    return identityOf(this.#model.name, this.#first, this.#options.method);
  }

  #exactStore(): ExactStore {
    if (this.#store instanceof ExactStore && this.#reduction === undefined) return this.#store;
    throw new CheckpointError("only a search that keeps states whole, unreduced, can be saved");
  }

  get #storeBytes(): number {
    return this.#arrivals.ways.bytes + this.#store.bytes;
  }

  get #bytes(): number {
    return this.#storeBytes + (this.#reduction?.bytes ?? 0) + (this.#steps?.bytes ?? 0);
  }

  result(): Exploration {
    const unreached = this.#goals.unreached();
    const counterexample = this.#counterexample();
    const isComplete = this.#isDone && this.#bounds.size === 0;
    const hasFailed = counterexample !== undefined;
    return {
      verdict: verdictOf({ hasFailed, isComplete, unreached }),
      states: this.#store.count,
      transitions: this.#transitions,
      depth: this.#depth,
      seconds: this.#limiter.seconds,
      bytes: this.#bytes,
      storeBytes: this.#storeBytes,
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
    const way = [...this.#arrivals.ways.to(failure.state), ...last];
    const symmetries = this.#symmetries;
    const moves = movesOf(this.#model, this.#first, { way, symmetries });
    return { property, what, moves, isShortest: this.#reduction === undefined };
  }
}
