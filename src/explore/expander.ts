import { BugError } from "../base/index.ts";
import { Batch } from "./batch.ts";
import type { Collapse } from "./collapse.ts";
import { LocalSteps, type Taker } from "./local-steps.ts";
import type { Mark } from "./memory.ts";
import { type Failure, type Model, STEP, type StepEnd } from "./model.ts";
import { CONTROL, type SharedStates } from "./shared-states.ts";
import { canonicalise } from "./symmetry.ts";
import { type Trier, tryChoices } from "./try-choices.ts";

/** So many states of the queue are taken at once. */
const BLOCK = 32;
const BATCH = 64;

/** A failure, and in which order it comes among all: place in the queue plus one << 16 | move. */
export interface Failed extends Failure {
  readonly key: number;
  /** Whether the step with that move fails, not the state that it leads to, or that it starts from. */
  readonly isStep: boolean;
  readonly isEnd: boolean;
}

/** What one thread has done of a queue. */
export interface Done {
  readonly transitions: number;
  readonly fresh: Int32Array;
  readonly failed: Failed | undefined;
  readonly isBeyond: boolean;
  /** Which goals were reached, by their places. */
  readonly goals: readonly number[];
}

/** Explores the states of a queue together with other threads, each with its own copy of the model. */
export class Expander implements Taker, Trier {
  readonly #model: Model;
  readonly #collapse: Collapse;
  readonly #states: SharedStates;
  readonly #control: Int32Array;
  readonly #symmetries: NonNullable<Model["symmetries"]>;
  readonly #batch: Batch;
  readonly #keys = new Int32Array(BATCH);
  readonly #actions: Int32Array;
  /** What the steps of a model do that says what they depend on. */
  readonly #steps: LocalSteps | undefined;
  readonly #vector: Int32Array;
  // What is looked up is looked at in the memory, so it cannot wait.
  readonly #isEager: boolean;
  #transitions = 0;
  #isBeyond = false;
  #failed: Failed | undefined;
  // Of the state that is being explored: its place in the queue plus one, in the upper half.
  #place = 0;
  // Which of its actions is being taken.
  #index = 0;

  constructor(
    model: Model,
    it: {
      readonly collapse: Collapse;
      readonly states: SharedStates;
      readonly control: Int32Array;
      readonly symmetry: boolean;
    },
  ) {
    this.#model = model;
    this.#collapse = it.collapse;
    this.#states = it.states;
    this.#control = it.control;
    this.#symmetries = it.symmetry ? (model.symmetries ?? []) : [];
    this.#batch = new Batch(model.memory, it.collapse, BATCH);
    this.#actions = new Int32Array(model.mostActions);
    this.#isEager = model.invariant !== undefined;
    this.#vector = new Int32Array(it.collapse.width);
    const isPlain = !this.#isEager && this.#symmetries.length === 0;
    if (isPlain && model.isLocal) this.#steps = new LocalSteps(model, it.collapse, this.#batch);
  }

  /** By which the table knows a state: one of those in `vectors`. */
  hashOf(vectors: Int32Array, at: number): number {
    const { width } = this.#collapse;
    if (this.#steps !== undefined) {
      this.#steps.begin(vectors, at * width);
      return this.#steps.low;
    }
    this.#collapse.load(vectors, at * width);
    return this.#model.memory.hashLow;
  }

  /** Knows of no goal any more that was reached. */
  forget(): void {
    for (const goal of this.#model.goals) goal.clear();
    this.#steps?.forget();
  }

  /** Takes states until none is left, or all have to stop. */
  run(queue: Int32Array): Done {
    const control = this.#control;
    this.#transitions = 0;
    this.#isBeyond = false;
    this.#failed = undefined;
    this.#batch.count = 0;
    this.#batch.widen(this.#states.packing.most);
    for (;;) {
      const from = Atomics.add(control, CONTROL.next, BLOCK);
      const to = Math.min(from + BLOCK, queue.length);
      if (from >= to || Atomics.load(control, CONTROL.stop) !== 0) break;
      // What comes long after a failure is not explored.
      if (from >= Atomics.load(control, CONTROL.failed)) break;
      for (let at = from; at < to; at++) this.#expand(queue[at] ?? 0, at);
    }
    this.#lookUp();
    return this.#done();
  }

  #expand(row: number, at: number): void {
    this.#place = (at + 1) << 16;
    const { packing } = this.#states;
    const { rows } = this.#states.segment(row);
    if (this.#steps !== undefined) {
      this.#steps.beginPacked(rows, this.#states.offset(row), packing);
      this.#expandLocally(this.#steps);
      return;
    }
    packing.unpack(rows, this.#states.offset(row), this.#vector, 0);
    this.#collapse.load(this.#vector, 0);
    const count = this.#model.actions(this.#actions);
    let isEnd = true;
    for (let index = 0; index < count; index++) {
      this.#index = index;
      if (tryChoices(this.#model, this.#actions[index] ?? 0, this)) isEnd = false;
    }
    const failure = isEnd ? this.#model.atEnd() : undefined;
    if (failure !== undefined) this.#fail(failure, this.#place, { isEnd });
  }

  #expandLocally(steps: LocalSteps): void {
    if (steps.takeAll(this)) return;
    steps.load();
    const failure = this.#model.atEnd();
    if (failure !== undefined) this.#fail(failure, this.#place, { isEnd: true });
  }

  arrive(outcome: number, index: number, choice: number): void {
    if (this.#steps === undefined) return;
    this.#transitions++;
    this.#keys[this.#batch.count] = this.#keyOf(index, choice);
    this.#batch.addAfter(this.#steps, outcome);
    if (this.#batch.count === BATCH) this.#lookUp();
  }

  /** A step that leads to no state. */
  stop(end: number, index: number, choice: number): void {
    if (end === STEP.beyond) this.#isBeyond = true;
    else if (end === STEP.failed)
      this.#fail(this.#model.failure, this.#keyOf(index, choice), { isStep: true });
  }

  #keyOf(index: number, choice: number): number {
    if (choice > 0xff) throw new BugError(`${this.#model.name}: over 256 answers to a question`);
    return this.#place | (index << 8) | choice;
  }

  tried(end: StepEnd, choice: number, mark: Mark): void {
    if (end === STEP.done) this.#arrive(mark, this.#keyOf(this.#index, choice));
    else this.stop(end, this.#index, choice);
  }

  #arrive(mark: Mark, key: number): void {
    this.#transitions++;
    if (this.#symmetries.length > 0) canonicalise(this.#model.memory, this.#symmetries);
    this.#keys[this.#batch.count] = key;
    this.#batch.add(mark);
    if (this.#isEager) {
      this.#lookUp();
      const failure = this.#model.invariant?.();
      if (failure !== undefined) this.#fail(failure, key, {});
    } else if (this.#batch.count === BATCH) this.#lookUp();
  }

  #lookUp(): void {
    this.#states.insert(this.#batch, this.#keys);
    this.#batch.count = 0;
  }

  #fail(
    failure: Failure | undefined,
    key: number,
    { isStep = false, isEnd = false }: { isStep?: boolean; isEnd?: boolean },
  ): void {
    if (failure === undefined)
      throw new BugError(`${this.#model.name}: a step failed and does not say why`);
    const { property, what } = failure;
    if (this.#failed === undefined || key >>> 0 < this.#failed.key >>> 0)
      this.#failed = { property, what, key, isStep, isEnd };
    const place = key >>> 16;
    let first = Atomics.load(this.#control, CONTROL.failed);
    while (place < first) {
      const seen = Atomics.compareExchange(this.#control, CONTROL.failed, first, place);
      if (seen === first) break;
      first = seen;
    }
  }

  #done(): Done {
    const fresh = Int32Array.from(this.#states.fresh);
    this.#states.fresh.length = 0;
    const goals = this.#model.goals.flatMap((goal, at) => (goal.isReached() ? [at] : []));
    const { transitions, failed, isBeyond } = {
      transitions: this.#transitions,
      failed: this.#failed,
      isBeyond: this.#isBeyond,
    };
    return { transitions, fresh, failed, isBeyond, goals };
  }
}
