import type { Exploration } from "./exploration.ts";
import { type Bound, Limiter, type Limits, type Watch } from "./limits.ts";
import { type Action, type Failure, type Model, type Move, STEP } from "./model.ts";
import type { Random } from "./random.ts";

export interface WalkOptions {
  readonly random: Random;
  readonly runs: number;
  /** A run that has not ended by then is cut off. */
  readonly steps: number;
  /** How often a run may leave an agent that could go on. Undefined: as often as it likes. */
  readonly preemptions?: number;
  readonly limits?: Limits;
  readonly watch?: Watch;
}

/**
 * Draws runs, for what is too large to explore. What it finds is a failure; when it finds none, that
 * is no more than the number of runs says, and the verdict is `bounded`. States are not counted.
 */
export function walk(model: Model, options: WalkOptions): Exploration {
  const limiter = new Limiter(options.limits ?? {}, options.watch ?? {});
  const walker = new Walker(model, options);
  for (const goal of model.goals) goal.clear();
  const bounds = new Set<Bound>(["runs"]);
  for (let run = 0; run < options.runs && walker.failure === undefined; run++) {
    walker.run();
    const { transitions, deepest: depth } = walker;
    const reached = limiter.reached({ states: 0, transitions, depth, queue: 0, bytes: 0 });
    if (reached === undefined) continue;
    bounds.add(reached);
    break;
  }
  const { failure, moves } = walker;
  const bound = options.preemptions;
  return {
    verdict: failure === undefined ? "bounded" : "fail",
    states: 0,
    transitions: walker.transitions,
    depth: walker.deepest,
    seconds: limiter.seconds,
    bytes: 0,
    storeBytes: 0,
    counterexample: failure && { ...failure, moves, isShortest: false },
    bounds: [...bounds],
    method: bound === undefined ? "random runs" : `random runs, at most ${bound} preemptions`,
    omission: 1,
    unreached: model.goals.filter((it) => !it.isReached()).map(({ name }) => name),
  };
}

class Walker {
  readonly #model: Model;
  readonly #options: WalkOptions;
  readonly #actions: Int32Array;
  moves: Move[] = [];
  transitions = 0;
  deepest = 0;
  failure: Failure | undefined;
  #preemptions = 0;

  constructor(model: Model, options: WalkOptions) {
    this.#model = model;
    this.#options = options;
    this.#actions = new Int32Array(model.mostActions);
  }

  run(): void {
    const { memory } = this.#model;
    const mark = memory.mark();
    this.moves = [];
    this.#preemptions = 0;
    for (let step = 0; step < this.#options.steps && this.failure === undefined; step++) {
      if (!this.#step()) {
        this.failure = this.#model.atEnd();
        break;
      }
    }
    this.deepest = Math.max(this.deepest, this.moves.length);
    memory.undo(mark);
  }

  /** Does a step of some agent; false if none can do any. */
  #step(): boolean {
    const count = this.#model.actions(this.#actions);
    const order = this.#shuffled(this.#actions.slice(0, count));
    const last = this.moves.at(-1);
    const agent = last === undefined ? -1 : this.#model.agentOf(last.action);
    const own = order.filter((it) => this.#model.agentOf(it) === agent);
    const others = order.filter((it) => this.#model.agentOf(it) !== agent);
    const mayLeave = this.#preemptions < (this.#options.preemptions ?? Number.POSITIVE_INFINITY);
    const canGoOn = own.some((it) => this.#canDo(it));
    if (!mayLeave && canGoOn) return own.some((it) => this.#tryAll(it));
    return (mayLeave ? order : [...own, ...others]).some((it) => {
      if (!this.#tryAll(it)) return false;
      if (canGoOn && this.#model.agentOf(it) !== agent) this.#preemptions++;
      return true;
    });
  }

  #canDo(action: Action): boolean {
    const { memory } = this.#model;
    const mark = memory.mark();
    for (let choice = 0; ; ) {
      const end = this.#model.perform(action, choice);
      memory.undo(mark);
      if (end !== STEP.blocked) return true;
      if (++choice >= this.#model.choices) return false;
    }
  }

  /** Does an action with one of the choices that it can be done with, drawn. */
  #tryAll(action: Action): boolean {
    const { memory } = this.#model;
    const mark = memory.mark();
    this.#model.perform(action, 0);
    const { choices } = this.#model;
    memory.undo(mark);
    const answers = this.#shuffled(Int32Array.from({ length: choices }, (_, choice) => choice));
    return answers.some((choice) => this.#try({ action, choice }));
  }

  #try(move: Move): boolean {
    const end = this.#model.perform(move.action, move.choice);
    if (end === STEP.blocked || end === STEP.beyond) return false;
    this.transitions++;
    this.moves.push(move);
    this.failure = end === STEP.failed ? this.#model.failure : this.#model.invariant?.();
    return true;
  }

  #shuffled(items: Int32Array): number[] {
    const rest = [...items];
    const shuffled: number[] = [];
    while (rest.length > 0)
      shuffled.push(...rest.splice((this.#options.random() >>> 0) % rest.length, 1));
    return shuffled;
  }
}
