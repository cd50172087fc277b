import type { Failure, Model, Move } from "./model.ts";
import { STEP } from "./model.ts";

export interface FewestOptions {
  /** Who has just made this step: a number from 0. Undefined: nobody, so it is no switch. */
  readonly runner: (move: Move) => number | undefined;
  readonly isSought: (failure: Failure) => boolean;
  /** Runs with so many switches, or more, are not looked for. */
  readonly below: number;
}

/** A run that fails: of those with the fewest switches a shortest. */
export interface FewestRun {
  readonly moves: readonly Move[];
  readonly switches: number;
}

/** A state and who made the step to it, by the way with the fewest switches, then the fewest moves. */
interface Node {
  readonly parent: Node | undefined;
  readonly move: Move | undefined;
  readonly runner: number;
  readonly switches: number;
  readonly moves: number;
  readonly key: number;
  /** Places and values of the words that are not as in the first state; dropped once it is explored. */
  words: Int32Array | undefined;
  readonly fails: boolean;
}

const NOBODY = -1;
/** No run has as many moves. */
const MOVES = 2 ** 20;

/**
 * Looks for a failing run with the fewest switches from one runner to another, in the order of
 * switches, then moves. Every state is told apart by 53 bits; nothing is left out for being equal.
 */
export class FewestSwitches {
  readonly #model: Model;
  readonly #options: FewestOptions;
  readonly #first: Int32Array;
  readonly #seenAt: Int32Array;
  #seen = 0;
  /** By switches, then by moves: what is to be explored. */
  readonly #waiting: Node[][][] = [];
  /** The least rank with which a state was come by. */
  readonly #best = new Map<number, number>();
  #found: Node | undefined;
  /** States that were explored. */
  states = 0;

  /** The model must be in its first state. */
  constructor(model: Model, options: FewestOptions) {
    this.#model = model;
    this.#options = options;
    this.#first = Int32Array.from(model.memory.words);
    this.#seenAt = new Int32Array(this.#first.length);
    const start = { parent: undefined, move: undefined, runner: NOBODY, fails: false };
    const words = new Int32Array(0);
    this.#put({ ...start, switches: 0, moves: 0, key: this.#keyFor(NOBODY), words });
  }

  get result(): FewestRun | undefined {
    if (this.#found === undefined) return undefined;
    const moves: Move[] = [];
    for (let at: Node | undefined = this.#found; at !== undefined; at = at.parent)
      if (at.move !== undefined) moves.push(at.move);
    return { moves: moves.reverse(), switches: this.#found.switches };
  }

  /** Explores so many states more; false at the end. */
  advance(states: number): boolean {
    for (const end = this.states + states; this.states < end; ) {
      const node = this.#next();
      if (node?.fails === true) this.#found = node;
      if (node === undefined || this.#found !== undefined) return false;
      this.#explore(node);
      if (this.#found !== undefined) return false;
    }
    return true;
  }

  #next(): Node | undefined {
    for (const [switches, byMoves] of this.#waiting.entries()) {
      for (const [moves, nodes] of byMoves.entries()) {
        for (let node = nodes?.pop(); node !== undefined; node = nodes?.pop()) {
          if (node.fails || this.#best.get(node.key) === rankOf(node)) return node;
        }
        delete byMoves[moves];
      }
      this.#waiting[switches] = [];
    }
    return undefined;
  }

  #explore(node: Node): void {
    const { memory } = this.#model;
    const mark = memory.mark();
    const { words } = node;
    for (let at = 0; words !== undefined && at < words.length; at += 2)
      memory.set(words[at] ?? 0, words[at + 1] ?? 0);
    node.words = undefined;
    this.states++;
    const actions = new Int32Array(this.#model.mostActions);
    const count = this.#model.actions(actions);
    let goesOn = false;
    for (const action of actions.subarray(0, count)) {
      if (this.#tryAll(node, { action, mark })) goesOn = true;
    }
    if (!goesOn) {
      const failure = this.#model.atEnd();
      if (failure !== undefined && this.#options.isSought(failure)) this.#found = node;
    }
    memory.undo(mark);
  }

  /** Does an action with every choice; whether it could be done. */
  #tryAll(node: Node, { action, mark }: { action: number; mark: number }): boolean {
    const { memory } = this.#model;
    let isDone = false;
    for (let choice = 0, choices = 1; choice < choices; choice++) {
      const before = memory.mark();
      const end = this.#model.perform(action, choice);
      choices = this.#model.choices;
      if (end !== STEP.blocked) isDone = true;
      const isFailed = end === STEP.failed;
      const failure = isFailed ? this.#model.failure : this.#model.invariant?.();
      const fails = failure !== undefined;
      const counts = fails ? this.#options.isSought(failure) : end === STEP.done;
      if (counts) this.#reach(node, { move: { action, choice }, fails, mark });
      memory.undo(before);
    }
    return isDone;
  }

  #reach(parent: Node, { move, fails, mark }: { move: Move; fails: boolean; mark: number }): void {
    const next = this.#options.runner(move) ?? parent.runner;
    const isSwitch = parent.runner !== NOBODY && next !== parent.runner;
    const switches = parent.switches + (isSwitch ? 1 : 0);
    if (switches >= this.#options.below) return;
    const key = this.#keyFor(next);
    const node = { parent, move, runner: next, switches, moves: parent.moves + 1, key, fails };
    if (!fails && (this.#best.get(key) ?? Number.POSITIVE_INFINITY) <= rankOf(node)) return;
    this.#put({ ...node, words: fails ? undefined : this.#changedSince(mark) });
  }

  #put(node: Node): void {
    if (!node.fails) this.#best.set(node.key, rankOf(node));
    this.#waiting[node.switches] ??= [];
    const byMoves = this.#waiting[node.switches] ?? [];
    const nodes = byMoves[node.moves];
    if (nodes === undefined) byMoves[node.moves] = [node];
    else nodes.push(node);
  }

  #changedSince(mark: number): Int32Array {
    const { memory } = this.#model;
    const seen = ++this.#seen;
    const pairs: number[] = [];
    memory.noteWritten(mark, {
      add: (at) => {
        if (this.#seenAt[at] === seen) return;
        this.#seenAt[at] = seen;
        const value = memory.words[at] ?? 0;
        if (value !== this.#first[at]) pairs.push(at, value);
      },
    });
    return Int32Array.from(pairs);
  }

  /** Of the state that the memory holds, with the one who would go on without a switch. */
  #keyFor(runner: number): number {
    const { hashLow, hashHigh } = this.#model.memory;
    const low = hashLow ^ Math.imul(runner + 2, 0x9e3779b1);
    return (hashHigh >>> 11) * 2 ** 32 + (low >>> 0);
  }
}

function rankOf({ switches, moves }: Pick<Node, "switches" | "moves">): number {
  return switches * MOVES + moves;
}
