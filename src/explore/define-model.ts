import { assert, BugError } from "../base/index.ts";
import { ByteMemory } from "./byte-memory.ts";
import { Cell, CellRow } from "./cell.ts";
import type { Failure, Goal, Model, Symmetry } from "./model.ts";
import { FIXED_SEED, type Seed } from "./random.ts";
import { PropertyError, type Step, type Touches } from "./step.ts";
import { type CompiledAgent, StepModel } from "./step-model.ts";

export interface AgentOptions<Label extends string> {
  /** Cells that the agent keeps to itself, for a shorter name in the store. */
  readonly group?: string;
  /** It may wait for ever, as a server with nothing to do: that is no deadlock. */
  readonly mayWait?: boolean;
  /** What the agent may still touch from this label on. A label that is not named: anything. */
  readonly future?: { readonly [L in Label]?: Touches };
}

const GLOBALS = "globals";

/** What a model is made of. Cells of one group are stored together under one number. */
export class ModelBuilder {
  readonly #cells: Cell[] = [];
  readonly #groupOf: string[] = [];
  readonly #agents: CompiledAgent[] = [];
  readonly #goals: { name: string; mark: boolean }[] = [];
  readonly #invariants: { name: string; holds: () => boolean; reads: readonly Cell[] }[] = [];
  readonly #symmetries: Symmetry[] = [];
  #model: StepModel | undefined;

  /** A byte of the state. */
  cell(name: string, initial = 0, group = GLOBALS): Cell {
    assert(this.#model === undefined, `cell ${name} after the model was built`);
    const cell = new Cell(name, this.#cells.length, initial);
    this.#cells.push(cell);
    this.#groupOf.push(group);
    return cell;
  }

  /** So many of them, each stored by itself: what touches one does not depend on the others. */
  cells(name: string, count: number, initial = 0): CellRow {
    const names = Array.from({ length: count }, (_, index) => `${name}[${index}]`);
    return new CellRow(
      name,
      names.map((it) => this.cell(it, initial, it)),
    );
  }

  /** How many cells a group has by now. */
  bytesOf(group: string): number {
    return this.#groupOf.filter((it) => it === group).length;
  }

  /** The program counters of some agents, for a symmetry that exchanges these. */
  pcs(agents: readonly string[]): CellRow {
    const pcOf = (name: string) => {
      const agent = this.#agents.find((it) => it.name === name);
      assert(agent !== undefined, `no agent is called ${name}`);
      return agent.pc;
    };
    return new CellRow("pc", agents.map(pcOf));
  }

  /** Who acts, as a table from label to step; it starts at the first label. */
  agent<Label extends string>(
    name: string,
    steps: { readonly [L in Label]: Step<NoInfer<Label>> },
    options: AgentOptions<NoInfer<Label>> = {},
  ): void {
    const group = options.group ?? name;
    const pc = this.cell(`${name}.pc`, 1, group);
    const { future = {}, mayWait = false } = options;
    this.#agents.push({ name, pc, steps, future, mayWait });
  }

  /** A step's question with `answers` answers; at most one in a step. */
  choose(answers: number): number {
    return this.#built().choose(answers);
  }

  /** A property of the step that asks: sound with every reduction. */
  check(holds: boolean, property: string, what = property): void {
    if (!holds) throw new PropertyError({ property, what });
  }

  /** Declares what must happen at least once; the step in which it does calls what is returned. */
  goal(name: string): () => void {
    const goal = { name, mark: false };
    this.#goals.push(goal);
    return () => {
      goal.mark = true;
    };
  }

  /** A property of every state. `reads` are the cells that it looks at. */
  invariant(name: string, reads: readonly Cell[], holds: () => boolean): void {
    this.#invariants.push({ name, reads, holds });
  }

  /** A renaming that leads from runs to runs. */
  symmetry(apply: Symmetry["apply"]): void {
    this.#symmetries.push({ apply });
  }

  build(name: string, seed: Seed): Model {
    const groups = [...new Set(this.#groupOf)];
    assert(groups.length <= 0xffff, `${groups.length} groups of cells: the most are 65535`);
    const objectOf = this.#groupOf.map((group) => groups.indexOf(group));
    const memory = new ByteMemory(objectOf, seed);
    for (const cell of this.#cells) cell.bind(memory);
    const goals = this.#goals.map((goal) => toGoal(goal));
    this.#model = new StepModel({
      name,
      memory,
      agents: this.#agents,
      cells: this.#cells,
      goals,
      invariant: this.#invariants.length > 0 ? () => this.#broken() : undefined,
      visible: this.#invariants.flatMap(({ reads }) => reads),
      symmetries: this.#symmetries,
    });
    return this.#model;
  }

  #broken(): Failure | undefined {
    const broken = this.#invariants.find((it) => !this.#holds(it));
    return broken === undefined ? undefined : { property: broken.name, what: broken.name };
  }

  #holds({ name, holds }: { readonly name: string; readonly holds: () => boolean }): boolean {
    try {
      return holds();
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new BugError(`${this.#built().name}: property ${name} throws: ${what}`, { cause });
    }
  }

  #built(): StepModel {
    assert(this.#model !== undefined, "the model is not built yet");
    return this.#model;
  }
}

function toGoal(goal: { readonly name: string; mark: boolean }): Goal {
  const clear = () => {
    goal.mark = false;
  };
  return { name: goal.name, isReached: () => goal.mark, clear };
}

/** Builds a model from a description of its cells and agents. */
export function defineModel(
  name: string,
  describe: (model: ModelBuilder) => void,
  seed: Seed = FIXED_SEED,
): Model {
  const builder = new ModelBuilder();
  describe(builder);
  return builder.build(name, seed);
}
