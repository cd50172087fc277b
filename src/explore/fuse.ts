import { assert } from "../base/index.ts";
import type { Memory } from "./memory.ts";
import {
  type Action,
  type Failure,
  type Goal,
  type Model,
  type Move,
  STEP,
  type StepEnd,
  type Symmetry,
} from "./model.ts";

/** No way without a choice is followed further, for it may be a circle. */
const LONGEST = 256;

/**
 * The same model in longer steps: after each step it does all that can only go one way. The states in
 * between are not stored, and nothing is lost with them, for there was nothing to choose in them.
 */
export class FusedModel implements Model {
  readonly name: string;
  readonly memory: Memory;
  readonly agents: readonly string[];
  readonly mostActions: number;
  readonly goals: readonly Goal[];
  readonly symmetries: readonly Symmetry[];
  readonly invariant?: () => Failure | undefined;
  readonly visible?: { readonly low: number; readonly high: number };
  readonly #model: Model;
  readonly #actions: Int32Array;
  #choices = 1;
  #failure: Failure | undefined;
  #steps = 0;
  /** What the last step consisted of, while somebody wants to know. */
  #parts: Move[] | undefined;

  constructor(model: Model) {
    this.#model = model;
    this.name = model.name;
    this.memory = model.memory;
    this.agents = model.agents;
    this.mostActions = model.mostActions;
    this.goals = model.goals;
    this.symmetries = model.symmetries ?? [];
    this.#actions = new Int32Array(model.mostActions);
    const { invariant, visible } = model;
    if (invariant !== undefined) this.invariant = () => invariant.call(model);
    if (visible !== undefined) this.visible = visible;
  }

  /** The steps of the model that were done, each as often as it was. */
  get steps(): number {
    return this.#steps;
  }

  get choices(): number {
    return this.#choices;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  actions(into: Int32Array): number {
    return this.#model.actions(into);
  }

  get sufficient(): number {
    return this.#model.sufficient ?? this.mostActions;
  }

  hasOverlooked(): boolean {
    return this.#model.hasOverlooked?.() ?? false;
  }

  repeat(): void {
    this.#model.repeat?.();
  }

  agentOf(action: Action): number {
    return this.#model.agentOf(action);
  }

  atEnd(): Failure | undefined {
    return this.#model.atEnd();
  }

  describe(action: Action): string {
    return this.#model.describe(action);
  }

  perform(action: Action, choice: number): StepEnd {
    const first = this.#do(action, choice);
    this.#choices = this.#model.choices;
    let end = first;
    for (let step = 1; end === STEP.done && step < LONGEST; step++) {
      const forced = this.#forced();
      if (forced < 0) return STEP.done;
      const mark = this.memory.mark();
      end = this.#do(forced, 0);
      if (this.#model.choices > 1 || end === STEP.blocked) {
        this.memory.undo(mark);
        this.#parts?.pop();
        return STEP.done;
      }
    }
    return end;
  }

  /** The moves that these consist of. The memory must hold the state that they start from. */
  unfold(moves: readonly Move[]): readonly Move[] {
    const mark = this.memory.mark();
    const parts: Move[] = [];
    this.#parts = parts;
    for (const { action, choice } of moves) this.perform(action, choice);
    this.#parts = undefined;
    this.memory.undo(mark);
    return parts;
  }

  #do(action: Action, choice: number): StepEnd {
    this.#steps++;
    this.#parts?.push({ action, choice });
    const end = this.#model.perform(action, choice);
    if (end === STEP.failed) this.#failure = this.#model.failure;
    if (end !== STEP.done) return end;
    const broken = this.invariant?.();
    if (broken === undefined) return end;
    this.#failure = broken;
    return STEP.failed;
  }

  /** The only action there is, or -1. */
  #forced(): Action {
    const count = this.#model.actions(this.#actions);
    if (count !== 1) return -1;
    const action = this.#actions[0];
    assert(action !== undefined, "an action for each that is counted");
    return action;
  }
}
