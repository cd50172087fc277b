import type { Footprint, Memory } from "./memory.ts";

/** What an agent can do next, under a number that the model understands. */
export type Action = number;

/** How an attempt at a step ended. */
export const STEP = {
  /** It could not be done now, and nothing was. */
  blocked: 0,
  done: 1,
  /** A property did not hold: `failure` says which. */
  failed: 2,
  /** The model has no room for what comes next: a bound of the run, not a failure. */
  beyond: 3,
} as const;
export type StepEnd = (typeof STEP)[keyof typeof STEP];

export interface Failure {
  readonly property: string;
  readonly what: string;
}

/** What must happen in at least one run, or the properties hold for want of anything that happens. */
export interface Goal {
  readonly name: string;
  /** Whether a step or an end has reached it since `clear`. */
  isReached(): boolean;
  clear(): void;
}

/** A way to rename what is interchangeable: it turns the words of a state into those of its double. */
export interface Symmetry {
  apply(from: ArrayLike<number>, into: { [at: number]: number }): void;
}

/**
 * A system to explore: it says what can happen next and does it, and knows not who chooses. All that
 * changes is in `memory`; the same action in the same state with the same choice does the same.
 */
export interface Model {
  readonly name: string;
  readonly memory: Memory;
  readonly agents: readonly string[];
  /** No state has more actions than these. */
  readonly mostActions: number;
  /** Puts what might be possible now into `into`, in a fixed order; returns how much that is. */
  actions(into: Int32Array): number;
  /**
   * For a model that reduces itself: how many of the actions last put first need be explored, unless
   * all that they lead to is explored already. Undefined: all.
   */
  readonly sufficient?: number;
  /** Whether it reduces itself at all. Undefined: if it can. */
  readonly reducesItself?: boolean;
  /**
   * For a model that reduces itself by what it learns: whether the search has left out what it should
   * not have, as it knows by now. Then it is repeated from the first state, after `repeat`.
   */
  hasOverlooked?(): boolean;
  repeat?(): void;
  agentOf(action: Action): number;
  /**
   * Whether all that a step depends on is what its memory can follow, and each agent has one action,
   * which has the agent's number. One that is not listed is blocked. Then what a step does is remembered.
   */
  readonly isLocal?: boolean;
  /** Does a step. If it asks a question, `choice` is the number of the answer. */
  perform(action: Action, choice: number): StepEnd;
  /** How many answers the question of the last step had; 1 if it asked none. */
  readonly choices: number;
  readonly failure: Failure | undefined;
  /** What is wrong with a state in which nothing can happen. A model that never ends is a deadlock's. */
  atEnd(): Failure | undefined;
  /** Properties of whole states. A model that has any cannot be reduced unless it says what they read. */
  invariant?(): Failure | undefined;
  /** Footprint members that invariants read: to write one of them is never independent. */
  readonly visible?: { readonly low: number; readonly high: number };
  readonly goals: readonly Goal[];
  /** All that the agent may still touch, this step included. Undefined: anything. */
  future?(agent: number): Footprint;
  /**
   * Who must get his turn if he can act again and again, in runs that are asked whether they end: a
   * number for each action, or -1 for what nobody is owed. Asked before the action is performed.
   * Undefined: the agents.
   */
  fairClassOf?(action: Action): number;
  /** All of the group but the identity. */
  readonly symmetries?: readonly Symmetry[];
  /** What the action does, for a trace. Asked before it is performed. */
  describe(action: Action): string;
}

/** A step of a trace: enough to do it again. */
export interface Move {
  readonly action: Action;
  readonly choice: number;
}
