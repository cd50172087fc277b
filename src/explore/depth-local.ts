import { BugError } from "../base/index.ts";
import { Batch } from "./batch.ts";
import { CheckpointError } from "./checkpoint.ts";
import { Collapse } from "./collapse.ts";
import { ExactStore } from "./exact-store.ts";
import { type Counterexample, type Exploration, verdictOf } from "./exploration.ts";
import type { HashSet } from "./hashed-store.ts";
import { type Bound, Limiter, type Limits, type Watch } from "./limits.ts";
import { LocalSteps, type Taker } from "./local-steps.ts";
import { type Failure, type Model, STEP } from "./model.ts";
import { OpenStates } from "./open-states.ts";
import { NEW } from "./store.ts";
import { type IndexedMove, movesOf } from "./trace.ts";

export interface LocalDepthOptions {
  /** Undefined: states are kept exactly. */
  readonly set: HashSet | undefined;
  readonly limits: Limits;
  readonly watch: Watch;
  /** What searches before this one have taken. */
  readonly seconds: number;
  readonly method: string;
}

const LOOK_EVERY = 1024;
const BATCH = 64;
/** So many states are explored side by side, so that what they lead to can be looked up together. */
const ABREAST = 16;

/**
 * Explores the states that were found last before all others, for a model whose steps are remembered.
 * It keeps those states only that are not explored, and those on the way to them.
 */
export class LocalDepthFirst implements Taker {
  readonly #model: Model;
  readonly #options: LocalDepthOptions;
  readonly #seen: HashSet;
  readonly #batch: Batch;
  readonly #steps: LocalSteps;
  readonly #open: OpenStates;
  readonly #limiter: Limiter;
  readonly #bounds = new Set<Bound>();
  readonly #mostDepth: number;
  readonly #first: Int32Array;
  // How each state of the batch was come by.
  readonly #from = new Int32Array(BATCH);
  readonly #moves = new Int32Array(BATCH);
  #transitions = 0;
  #deepest = 0;
  #untilLook = 0;
  // The row of the state that is being explored.
  #row = 0;
  #failure: (Failure & { readonly way: readonly IndexedMove[] }) | undefined;
  #isDone = false;

  constructor(model: Model, options: LocalDepthOptions) {
    const collapse = new Collapse(model.memory);
    this.#model = model;
    this.#first = Int32Array.from(model.memory.words);
    this.#options = options;
    this.#seen = options.set ?? new ExactStore(collapse);
    this.#batch = new Batch(model.memory, collapse, BATCH);
    this.#steps = new LocalSteps(model, collapse, this.#batch);
    this.#open = new OpenStates(this.#batch.packing);
    this.#limiter = new Limiter(options.limits, options.watch, options.seconds);
    this.#mostDepth = options.limits.depth ?? Number.POSITIVE_INFINITY;
    for (const goal of model.goals) goal.clear();
    this.#steps.begin(collapse.next, 0);
    this.#batch.addBase(this.#steps);
    this.#from[0] = -1;
    this.#lookUp();
  }

  advance(states: number): boolean {
    const goal = this.#seen.count + states;
    while (!this.#isDone && this.#seen.count < goal) this.#goOn();
    return !this.#isDone;
  }

  /** Explores some of the states that were found last. */
  #goOn(): void {
    const count = this.#open.take(ABREAST);
    if (count === 0) this.#isDone = true;
    for (let index = 0; index < count; index++) this.#expand(this.#open.taken[index] ?? 0);
    this.#lookUp();
    this.#untilLook -= count;
    if (this.#untilLook <= 0) this.#look();
  }

  #expand(row: number): void {
    const steps = this.#steps;
    this.#row = row;
    this.#open.begin(row, steps);
    if (steps.takeAll(this)) return;
    steps.load();
    const failure = this.#model.atEnd();
    if (failure !== undefined) this.#fail(failure, []);
  }

  arrive(outcome: number, index: number, choice: number): void {
    this.#transitions++;
    if (this.#batch.count === BATCH) this.#lookUp();
    const at = this.#batch.count;
    this.#from[at] = this.#row;
    this.#moves[at] = (index << 8) | choice;
    this.#batch.addAfter(this.#steps, outcome);
  }

  /** A step that leads to no state. */
  stop(end: number, index: number, choice: number): void {
    if (end === STEP.beyond) this.#bounds.add("capacity");
    else this.#fail(this.#model.failure, [{ index, choice }]);
  }

  /** Keeps those states of the batch that are new, to explore them next. */
  #lookUp(): void {
    const batch = this.#batch;
    this.#seen.insert(batch);
    for (let at = 0; at < batch.count; at++) {
      if (batch.found[at] !== NEW) continue;
      const from = this.#from[at] ?? 0;
      const depth = this.#open.depthAfter(from);
      if (depth > this.#mostDepth) this.#bounds.add("depth");
      else {
        this.#deepest = Math.max(this.#deepest, depth);
        this.#open.push(batch, at, { from, move: this.#moves[at] ?? 0 });
      }
    }
    batch.count = 0;
  }

  #look(): void {
    this.#untilLook = LOOK_EVERY;
    const bound = this.#limiter.reached({
      states: this.#seen.count,
      transitions: this.#transitions,
      depth: 0,
      queue: this.#open.count,
      bytes: this.#bytes,
    });
    if (bound === undefined || this.#isDone) return;
    this.#bounds.add(bound);
    this.#isDone = true;
  }

  #fail(failure: Failure | undefined, last: readonly IndexedMove[]): void {
    if (failure === undefined)
      throw new BugError(`${this.#model.name}: a step failed and does not say why`);
    this.#isDone = true;
    const way = [...this.#open.wayTo(this.#row), ...last];
    this.#failure ??= { ...failure, way };
  }

  #counterexample(): Counterexample | undefined {
    if (this.#failure === undefined) return undefined;
    const { property, what, way } = this.#failure;
    const moves = movesOf(this.#model, this.#first, { way, symmetries: [] });
    return { property, what, moves, isShortest: false };
  }

  result(): Exploration {
    const { method } = this.#options;
    const unreached = this.#model.goals.filter((it) => !it.isReached()).map(({ name }) => name);
    const counterexample = this.#counterexample();
    const hasFailed = counterexample !== undefined;
    const isComplete = this.#isDone && this.#bounds.size === 0;
    return {
      verdict: verdictOf({ hasFailed, isComplete, unreached }),
      states: this.#seen.count,
      transitions: this.#transitions,
      depth: this.#deepest,
      seconds: this.#limiter.seconds,
      bytes: this.#bytes,
      storeBytes: this.#seen.bytes,
      counterexample,
      bounds: [...this.#bounds],
      method,
      omission: this.#seen.omission,
      unreached,
    };
  }

  /** Each thread would go its own way. */
  readonly canBeShared = false;

  share(): never {
    throw new BugError("a search depth first cannot be shared");
  }

  save(): never {
    throw new CheckpointError("a search depth first cannot be saved: use breadth first");
  }

  get #bytes(): number {
    return this.#seen.bytes + this.#open.bytes + this.#steps.bytes;
  }
}
