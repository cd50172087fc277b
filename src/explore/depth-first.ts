import { assert } from "../base/index.ts";
import { CheckpointError } from "./checkpoint.ts";
import type { Exploration } from "./exploration.ts";
import type { HashSet } from "./hashed-store.ts";
import { type Bound, Limiter, type Limits, type Watch } from "./limits.ts";
import { type Failure, type Model, type Move, STEP } from "./model.ts";

export interface DepthOptions {
  readonly set: HashSet & { readonly count: number };
  readonly limits: Limits;
  readonly watch: Watch;
  readonly method: string;
}

const LOOK_EVERY = 4096;
const NOTHING_LEFT = -1;

/** One state on the way from the first one: where its writes end and which of its actions comes next. */
class Frames {
  #rows = new Int32Array(4 << 10);
  #actions = new Int32Array(1 << 12);
  depth = 0;

  push(mark: number, actions: Int32Array, count: number): void {
    const at = this.depth++ * 4;
    if (at + 4 > this.#rows.length) this.#rows = doubled(this.#rows);
    const start = this.depth === 1 ? 0 : (this.#rows[at - 4 + 3] ?? 0);
    while (start + count > this.#actions.length) this.#actions = doubled(this.#actions);
    for (let index = 0; index < count; index++) this.#actions[start + index] = actions[index] ?? 0;
    this.#rows[at] = mark;
    this.#rows[at + 1] = start; // of the actions that are left
    this.#rows[at + 2] = 0; // the choice to make next
    this.#rows[at + 3] = start + count;
  }

  get mark(): number {
    return this.#rows[this.depth * 4 - 4] ?? 0;
  }

  get action(): number {
    const at = this.depth * 4 - 4;
    const index = this.#rows[at + 1] ?? 0;
    return index === this.#rows[at + 3] ? NOTHING_LEFT : (this.#actions[index] ?? 0);
  }

  get choice(): number {
    return this.#rows[this.depth * 4 - 2] ?? 0;
  }

  /** The next choice of the same action, of which there are so many, or the next action. */
  next(choices: number): void {
    const at = this.depth * 4 - 4;
    const choice = (this.#rows[at + 2] ?? 0) + 1;
    if (choice < choices) this.#rows[at + 2] = choice;
    else {
      this.#rows[at + 1] = (this.#rows[at + 1] ?? 0) + 1;
      this.#rows[at + 2] = 0;
    }
  }

  get bytes(): number {
    return this.#rows.byteLength + this.#actions.byteLength;
  }
}

/**
 * Explores one way to its end before the next, in place: a step back is the undoing of its writes. It
 * needs no whole state but the one in the memory, and finds failures soon, but not on a short way.
 */
export class DepthFirst {
  readonly #model: Model;
  readonly #options: DepthOptions;
  readonly #frames = new Frames();
  readonly #moves: Move[] = [];
  readonly #actions: Int32Array;
  readonly #limiter: Limiter;
  readonly #bounds = new Set<Bound>();
  readonly #first: number;
  #way: readonly Move[] = [];
  #transitions = 0;
  #deepest = 0;
  #untilLook = LOOK_EVERY;
  #failure: Failure | undefined;
  // Whether the state on top has come of no step yet, so that it may be an end.
  #isStuck = true;
  #isDone = false;

  constructor(model: Model, options: DepthOptions) {
    this.#model = model;
    this.#options = options;
    this.#actions = new Int32Array(model.mostActions);
    this.#limiter = new Limiter(options.limits, options.watch);
    this.#first = model.memory.mark();
  }

  advance(steps: number): boolean {
    if (this.#options.set.count === 0) this.#start();
    for (let done = 0; done < steps && !this.#isDone; done++) this.#step();
    if (this.#isDone) this.#model.memory.undo(this.#first);
    return !this.#isDone;
  }

  result(): Exploration {
    const { set, method } = this.#options;
    const unreached = this.#model.goals.filter((it) => !it.isReached()).map(({ name }) => name);
    const isComplete = this.#isDone && this.#bounds.size === 0 && this.#failure === undefined;
    const failed = this.#failure !== undefined || (isComplete && unreached.length > 0);
    return {
      verdict: failed ? "fail" : isComplete ? "ok" : "bounded",
      states: set.count,
      transitions: this.#transitions,
      depth: this.#deepest,
      seconds: this.#limiter.seconds,
      bytes: this.#bytes,
      counterexample: this.#failure && { ...this.#failure, moves: this.#way, isShortest: false },
      bounds: [...this.#bounds],
      method,
      omission: set.omission,
      unreached,
    };
  }

  save(): never {
    throw new CheckpointError("a search depth first cannot be saved: use breadth first");
  }

  #start(): void {
    const { memory, goals } = this.#model;
    for (const goal of goals) goal.clear();
    this.#options.set.add(memory.hashLow, memory.hashHigh);
    const failure = this.#model.invariant?.();
    if (failure !== undefined) this.#fail(failure);
    else this.#enter();
  }

  #enter(): void {
    const count = this.#model.actions(this.#actions);
    this.#frames.push(this.#model.memory.mark(), this.#actions, count);
    this.#isStuck = true;
    if (this.#frames.depth - 1 > this.#deepest) this.#deepest = this.#frames.depth - 1;
  }

  #step(): void {
    const { memory } = this.#model;
    const frames = this.#frames;
    if (--this.#untilLook === 0) this.#look();
    const { action, choice } = frames;
    if (action === NOTHING_LEFT) {
      this.#leave();
      return;
    }
    const end = this.#model.perform(action, choice);
    frames.next(this.#model.choices);
    if (end !== STEP.blocked) this.#isStuck = false;
    if (end === STEP.done) {
      this.#transitions++;
      if (this.#options.set.add(memory.hashLow, memory.hashHigh)) {
        this.#moves.push({ action, choice });
        const failure = this.#model.invariant?.();
        if (failure !== undefined) this.#fail(failure);
        else if (this.#isTooDeep()) this.#moves.pop();
        else {
          this.#enter();
          return;
        }
      }
    } else if (end === STEP.failed) {
      this.#moves.push({ action, choice });
      this.#fail(this.#model.failure);
    } else if (end === STEP.beyond) this.#bounds.add("capacity");
    memory.undo(frames.mark);
  }

  /** Back to the state before, which has taken a step and hence is no end. */
  #leave(): void {
    if (this.#isStuck) {
      const failure = this.#model.atEnd();
      if (failure !== undefined) this.#fail(failure);
    }
    this.#isStuck = false;
    this.#frames.depth--;
    this.#moves.pop();
    if (this.#frames.depth === 0) this.#isDone = true;
    else this.#model.memory.undo(this.#frames.mark);
  }

  #isTooDeep(): boolean {
    const { depth } = this.#options.limits;
    const isTooDeep = depth !== undefined && this.#frames.depth > depth;
    if (isTooDeep) this.#bounds.add("depth");
    return isTooDeep;
  }

  #look(): void {
    this.#untilLook = LOOK_EVERY;
    const bound = this.#limiter.reached({
      states: this.#options.set.count,
      transitions: this.#transitions,
      depth: 0,
      queue: this.#frames.depth,
      bytes: this.#bytes,
    });
    if (bound === undefined) return;
    this.#bounds.add(bound);
    this.#isDone = true;
  }

  #fail(failure: Failure | undefined): void {
    assert(failure !== undefined, `${this.#model.name}: a step failed and does not say why`);
    this.#failure = failure;
    this.#way = [...this.#moves];
    this.#isDone = true;
  }

  get #bytes(): number {
    return this.#options.set.bytes + this.#frames.bytes;
  }
}

function doubled(words: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(words.length * 2);
  larger.set(words);
  return larger;
}
