import { assert, BugError } from "../base/index.ts";
import type { ByteMemory } from "./byte-memory.ts";
import type { Cell } from "./cell.ts";
import type { Footprint } from "./memory.ts";
import { type Failure, type Goal, type Model, STEP, type StepEnd, type Symmetry } from "./model.ts";
import { BLOCKED, footprintOf, PropertyError, type Step, type Touches } from "./step.ts";

export interface CompiledAgent {
  readonly name: string;
  readonly pc: Cell;
  readonly mayWait: boolean;
  readonly steps: { readonly [label: string]: Step<string> };
  readonly future: { readonly [label: string]: Touches | undefined };
}

export interface StepModelParts {
  readonly name: string;
  readonly memory: ByteMemory;
  readonly agents: readonly CompiledAgent[];
  readonly cells: readonly Cell[];
  readonly goals: readonly Goal[];
  readonly invariant: (() => Failure | undefined) | undefined;
  readonly visible: readonly Cell[];
  readonly symmetries: readonly Symmetry[];
}

/** Program counter 0 is the end; labels count from 1 in the order of the table. */
class Agent {
  readonly name: string;
  readonly pcAt: number;
  readonly mayWait: boolean;
  readonly labels: readonly string[];
  readonly bodies: readonly Step<string>[];
  readonly futures: readonly (Footprint | undefined)[];
  readonly #pcOf: ReadonlyMap<string, number>;
  // A step nearly always leads where it has led before, so its label is rarely looked up.
  readonly #lastLabel: string[];
  readonly #lastPc: Uint8Array;

  constructor({ name, pc, steps, future, mayWait }: CompiledAgent) {
    this.name = name;
    this.mayWait = mayWait;
    this.pcAt = pc.at;
    const labels = Object.keys(steps);
    assert(labels.length > 0 && labels.length < 256, `${name} has ${labels.length} steps`);
    this.labels = ["end", ...labels];
    this.bodies = [() => BLOCKED, ...Object.values(steps)];
    const nothing = footprintOf({ reads: [], writes: [] });
    const futures = labels.map((label) => future[label]);
    this.futures = [nothing, ...futures.map((it) => (it === undefined ? it : footprintOf(it)))];
    this.#pcOf = new Map(this.labels.map((label, number) => [label, number]));
    this.#lastLabel = this.labels.map(() => "");
    this.#lastPc = new Uint8Array(this.labels.length);
  }

  next(from: number, label: string): number {
    if (this.#lastLabel[from] === label) return this.#lastPc[from] ?? 0;
    const pc = this.#pcOf.get(label);
    if (pc === undefined) throw new BugError(`${this.name} has no step ${label}`);
    this.#lastLabel[from] = label;
    this.#lastPc[from] = pc;
    return pc;
  }
}

/** A model made of agents that are tables of steps; built by `defineModel`. */
export class StepModel implements Model {
  readonly name: string;
  readonly memory: ByteMemory;
  readonly agents: readonly string[];
  readonly mostActions: number;
  readonly isLocal = true;
  readonly goals: readonly Goal[];
  readonly symmetries: readonly Symmetry[];
  readonly invariant?: () => Failure | undefined;
  readonly visible: { readonly low: number; readonly high: number };
  readonly #agents: readonly Agent[];
  readonly #words: Uint8Array;
  #choice = 0;
  #choices = 1;
  #failure: Failure | undefined;

  constructor(parts: StepModelParts) {
    this.name = parts.name;
    this.memory = parts.memory;
    this.#words = parts.memory.words;
    this.#agents = parts.agents.map((agent) => new Agent(agent));
    this.agents = this.#agents.map(({ name }) => name);
    this.mostActions = this.#agents.length;
    this.goals = parts.goals;
    this.symmetries = parts.symmetries;
    if (parts.invariant !== undefined) this.invariant = parts.invariant;
    const { readLow, readHigh } = footprintOf({ reads: parts.visible, writes: [] });
    this.visible = { low: readLow, high: readHigh };
    for (const cell of parts.cells) this.memory.set(cell.at, cell.initial);
    this.memory.commit();
  }

  actions(into: Int32Array): number {
    let count = 0;
    for (let agent = 0; agent < this.#agents.length; agent++) {
      if (this.#pcOf(agent) !== 0) into[count++] = agent;
    }
    return count;
  }

  agentOf(action: number): number {
    return action;
  }

  perform(action: number, choice: number): StepEnd {
    const agent = this.#agents[action];
    // Texts are made only when they are needed: this is done for each transition.
    if (agent === undefined) throw new BugError(`no agent ${action}`);
    const pc = this.#words[agent.pcAt] ?? 0;
    if (this.memory.follows) this.memory.noteTouch(agent.pcAt);
    this.#choice = choice;
    this.#choices = 1;
    const body = agent.bodies[pc];
    if (body === undefined) throw new BugError(`${agent.name} is at no step`);
    try {
      const next = body();
      if (next === BLOCKED) return STEP.blocked;
      if (typeof next === "string") this.memory.set(agent.pcAt, agent.next(pc, next));
      else this.memory.set(agent.pcAt, 0);
      return STEP.done;
    } catch (error) {
      if (!(error instanceof PropertyError)) throw this.#thrown(agent, pc, error);
      this.#failure = error.failure;
      return STEP.failed;
    }
  }

  #thrown(agent: Agent, pc: number, cause: unknown): BugError {
    const what = cause instanceof Error ? cause.message : String(cause);
    return new BugError(`${this.name}: ${agent.name} throws at ${agent.labels[pc]}: ${what}`, {
      cause,
    });
  }

  choose(answers: number): number {
    this.#choices = answers;
    return this.#choice;
  }

  get choices(): number {
    return this.#choices;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  atEnd(): Failure | undefined {
    const waiting = this.#agents.filter(
      ({ mayWait }, agent) => !mayWait && this.#pcOf(agent) !== 0,
    );
    if (waiting.length === 0) return undefined;
    const who = waiting.map(
      ({ name, labels, pcAt }) => `${name} at ${labels[this.#words[pcAt] ?? 0]}`,
    );
    return { property: "deadlock", what: `nothing can happen: ${who.join(", ")}` };
  }

  future(agent: number): Footprint {
    return this.#agents[agent]?.futures[this.#pcOf(agent)] ?? ANYTHING;
  }

  describe(action: number): string {
    const agent = this.#agents[action];
    return agent?.labels[this.#pcOf(action)] ?? "?";
  }

  #pcOf(agent: number): number {
    return this.#words[this.#agents[agent]?.pcAt ?? 0] ?? 0;
  }
}

const ANYTHING: Footprint = { readLow: ~0, readHigh: ~0, writtenLow: ~0, writtenHigh: ~0 };
