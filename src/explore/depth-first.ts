import { BugError } from "../base/index.ts";
import type { Batch } from "./batch.ts";
import { CheckpointError } from "./checkpoint.ts";
import { type Exploration, verdictOf } from "./exploration.ts";
import { type Bound, Limiter, type Limits, type Watch } from "./limits.ts";
import type { Memory } from "./memory.ts";
import { type Action, type Failure, type Model, type Move, STEP } from "./model.ts";
import type { Seen } from "./seen.ts";
import { NEW } from "./store.ts";

export interface DepthOptions {
  readonly seen: Seen;
  readonly limits: Limits;
  readonly watch: Watch;
  /** What searches before this one have taken. */
  readonly seconds: number;
  readonly method: string;
}

const LOOK_EVERY = 1024;

/**
 * A frame is a state on the way from the first one; its kids are the new states that its steps led to,
 * kept as those steps. To enter one is to do the step again.
 *
 *     frame  | mark | first kid | next kid | last kid | name in the store |
 *     kid    | action | choice | name in the store |
 */
const FRAME = { mark: 0, first: 1, next: 2, last: 3, name: 4, size: 5 } as const;
const KID = { action: 0, choice: 1, name: 2, size: 3 } as const;

/**
 * Explores one way to its end before the next, in place: a step back is the undoing of its writes. It
 * needs no whole state but the one in the memory, and finds failures soon, but not on a short way.
 */
export class DepthFirst {
  readonly #model: Model;
  readonly #memory: Memory;
  readonly #options: DepthOptions;
  readonly #seen: Seen;
  readonly #batch: Batch;
  readonly #listed: Int32Array;
  readonly #limiter: Limiter;
  readonly #bounds = new Set<Bound>();
  readonly #origin: number;
  readonly #mostDepth: number;
  #frames = new Int32Array(FRAME.size << 10);
  #kids = new Int32Array(KID.size << 10);
  #kidsTop = 0;
  // Where the last frame starts; before the first state there is none.
  #top: number = -FRAME.size;
  #way: readonly Move[] = [];
  #transitions = 0;
  #deepest = 0;
  #untilLook = LOOK_EVERY;
  #failure: Failure | undefined;
  #isDone = false;

  constructor(model: Model, options: DepthOptions) {
    this.#model = model;
    this.#memory = model.memory;
    this.#options = options;
    this.#seen = options.seen;
    this.#batch = options.seen.batch;
    this.#listed = new Int32Array(model.mostActions);
    this.#limiter = new Limiter(options.limits, options.watch, options.seconds);
    this.#origin = model.memory.mark();
    this.#mostDepth = options.limits.depth ?? Number.POSITIVE_INFINITY;
  }

  advance(states: number): boolean {
    if (this.#seen.count === 0) this.#start();
    for (let entered = 0; entered < states && !this.#isDone; ) {
      if (this.#goOn()) entered++;
    }
    if (this.#isDone) this.#memory.undo(this.#origin);
    return !this.#isDone;
  }

  result(): Exploration {
    const { method } = this.#options;
    const unreached = this.#model.goals.filter((it) => !it.isReached()).map(({ name }) => name);
    const hasFailed = this.#failure !== undefined;
    const isComplete = this.#isDone && this.#bounds.size === 0;
    return {
      verdict: verdictOf({ hasFailed, isComplete, unreached }),
      states: this.#seen.count,
      transitions: this.#transitions,
      depth: this.#deepest,
      seconds: this.#limiter.seconds,
      bytes: this.#bytes,
      storeBytes: this.#seen.bytes,
      counterexample: this.#failure && { ...this.#failure, moves: this.#way, isShortest: false },
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

  #start(): void {
    for (const goal of this.#model.goals) goal.clear();
    this.#batch.add(this.#origin);
    const name = this.#seen.count;
    this.#seen.insert();
    this.#enter(name);
  }

  /** Enters the next kid of the state in the memory, or goes back where there is none left. */
  #goOn(): boolean {
    const frames = this.#frames;
    const top = this.#top;
    const kid = frames[top + FRAME.next] ?? 0;
    if (kid === frames[top + FRAME.last]) {
      this.#leave();
      return false;
    }
    if (--this.#untilLook === 0) this.#look();
    frames[top + FRAME.next] = kid + KID.size;
    const kids = this.#kids;
    this.#model.perform(kids[kid + KID.action] ?? 0, kids[kid + KID.choice] ?? 0);
    this.#seen.enter(kids[kid + KID.name] ?? 0);
    this.#enter(kids[kid + KID.name] ?? 0);
    return true;
  }

  /** Goes on from the state in the memory: makes it a frame, and all that its steps lead to its kids. */
  #enter(name: number): void {
    this.#top += FRAME.size;
    if (this.#top === this.#frames.length) this.#frames = doubled(this.#frames);
    const frames = this.#frames;
    const top = this.#top;
    frames[top + FRAME.mark] = this.#memory.mark();
    frames[top + FRAME.name] = name;
    frames[top + FRAME.first] = this.#kidsTop;
    frames[top + FRAME.next] = this.#kidsTop;
    const depth = top / FRAME.size;
    if (depth > this.#deepest) this.#deepest = depth;
    const failure = this.#model.invariant?.();
    if (failure === undefined) this.#expand();
    else this.#fail(failure, undefined);
    frames[top + FRAME.last] = this.#kidsTop;
    if (depth < this.#mostDepth || this.#kidsTop === frames[top + FRAME.first]) return;
    this.#bounds.add("depth");
    frames[top + FRAME.next] = this.#kidsTop;
  }

  #expand(): void {
    const listed = this.#listed;
    const count = this.#model.actions(listed);
    let isStuck = true;
    for (let index = 0; index < count; index++) {
      if (this.#take(listed[index] ?? 0)) isStuck = false;
    }
    this.#lookUp();
    if (!isStuck) return;
    const failure = this.#model.atEnd();
    if (failure !== undefined) this.#fail(failure, undefined);
  }

  /** Does an action with each of its choices. Whether it could be done. */
  #take(action: Action): boolean {
    const memory = this.#memory;
    const mark = memory.mark();
    let couldBe = false;
    let choice = 0;
    do {
      const end = this.#model.perform(action, choice);
      if (end !== STEP.blocked) couldBe = true;
      if (end === STEP.done) this.#arrive(action, choice, mark);
      else if (end === STEP.beyond) this.#bounds.add("capacity");
      else if (end === STEP.failed) this.#fail(this.#model.failure, { action, choice });
      memory.undo(mark);
    } while (++choice < this.#model.choices);
    return couldBe;
  }

  #arrive(action: Action, choice: number, mark: number): void {
    this.#transitions++;
    if (this.#batch.count === this.#batch.size) this.#lookUp();
    this.#batch.add(mark);
    const at = this.#kidsTop + (this.#batch.count - 1) * KID.size;
    if (at === this.#kids.length) this.#kids = doubled(this.#kids);
    const kids = this.#kids;
    kids[at + KID.action] = action;
    kids[at + KID.choice] = choice;
  }

  /** Keeps those of the kids that are new, each next to the one before it. */
  #lookUp(): void {
    const batch = this.#batch;
    let name = this.#seen.count;
    this.#seen.insert();
    const kids = this.#kids;
    let kid = this.#kidsTop;
    for (let at = 0; at < batch.count; at++, kid += KID.size) {
      if (batch.found[at] !== NEW) continue;
      const top = this.#kidsTop;
      kids[top + KID.action] = kids[kid + KID.action] ?? 0;
      kids[top + KID.choice] = kids[kid + KID.choice] ?? 0;
      kids[top + KID.name] = name++;
      this.#kidsTop = top + KID.size;
    }
    batch.count = 0;
  }

  #leave(): void {
    const frames = this.#frames;
    this.#kidsTop = frames[this.#top + FRAME.first] ?? 0;
    this.#top -= FRAME.size;
    if (this.#top < 0) {
      this.#isDone = true;
      return;
    }
    this.#memory.undo(frames[this.#top + FRAME.mark] ?? 0);
    this.#seen.enter(frames[this.#top + FRAME.name] ?? 0);
  }

  #look(): void {
    this.#untilLook = LOOK_EVERY;
    const bound = this.#limiter.reached({
      states: this.#seen.count,
      transitions: this.#transitions,
      depth: 0,
      queue: this.#kidsTop / KID.size,
      bytes: this.#bytes,
    });
    if (bound === undefined) return;
    this.#bounds.add(bound);
    this.#isDone = true;
  }

  /** The way is by the kids that were entered last, and the step that failed, if it was one. */
  #fail(failure: Failure | undefined, last: Move | undefined): void {
    if (failure === undefined)
      throw new BugError(`${this.#model.name}: a step failed and does not say why`);
    this.#isDone = true;
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    const moves: Move[] = [];
    for (let frame = 0; frame < this.#top; frame += FRAME.size) {
      const kid = (this.#frames[frame + FRAME.next] ?? 0) - KID.size;
      const [action = 0, choice = 0] = this.#kids.subarray(kid, kid + 2);
      moves.push({ action, choice });
    }
    this.#way = last === undefined ? moves : [...moves, last];
  }

  get #bytes(): number {
    return this.#seen.bytes + this.#frames.byteLength + this.#kids.byteLength;
  }
}

function doubled(words: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(words.length * 2);
  larger.set(words);
  return larger;
}
