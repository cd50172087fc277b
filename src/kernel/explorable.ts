import { assert } from "../base/index.ts";
import {
  ACTION,
  type Action,
  CapacityError,
  decodeAction,
  NULL,
  type State,
  Violation,
} from "../machine/index.ts";
import { checkAtRest } from "./at-rest.ts";
import { type BootOptions, boot } from "./boot.ts";
import { taskName } from "./describe-state.ts";
import { checkNobodyHangs } from "./end-state.ts";
import type { Kernel } from "./kernel.ts";
import { checkAccounting } from "./leaks.ts";
import type { KernelProgram } from "./op.ts";
import { learn } from "./reduce/learn.ts";
import { Reduction } from "./reduce/reduction.ts";
import { renamingsOf } from "./symmetry/equal-agents.ts";
import { KernelSymmetry } from "./symmetry/symmetry.ts";

/** How an attempt at a step ended, as an explorer counts it. */
const END = { done: 1, failed: 2, beyond: 3 } as const;

export interface ExplorableOptions extends BootOptions {
  readonly name: string;
  /** Leave out interleavings that lead nowhere else. Default: no. */
  readonly reduce?: boolean;
  /** Take processors and tasks that are equal for each other. Default: no. */
  readonly symmetry?: boolean;
  /** What else must hold when nothing can happen any more; throws the Violation. */
  readonly checkEnd?: (kernel: Kernel) => void;
  /** What must be true in at least one such state. */
  readonly goals?: readonly {
    readonly name: string;
    readonly holds: (kernel: Kernel) => boolean;
  }[];
}

class EndGoal {
  readonly name: string;
  readonly holds: (kernel: Kernel) => boolean;
  #reached = false;

  constructor(name: string, holds: (kernel: Kernel) => boolean) {
    this.name = name;
    this.holds = holds;
  }

  isReached(): boolean {
    return this.#reached;
  }

  clear(): void {
    this.#reached = false;
  }

  look(kernel: Kernel): void {
    this.#reached ||= this.holds(kernel);
  }
}

/**
 * A kernel with a program on it, in the shape that an explorer asks of any model. Its agents are the
 * processors: each can do a step, take interrupts, or switch to another task.
 */
export class ExplorableKernel {
  readonly name: string;
  readonly kernel: Kernel;
  readonly memory: State;
  readonly agents: readonly string[];
  readonly mostActions: number;
  readonly goals: readonly EndGoal[];
  readonly symmetries: readonly KernelSymmetry[];
  /** How many ways there are to exchange what is equal. */
  readonly renamings: number;
  /** Of the actions last listed, how many of the first need be explored. */
  sufficient = 0;
  readonly #options: ExplorableOptions;
  readonly #list: Action[] = [];
  readonly #reduction: Reduction | undefined;
  #violation: Violation | undefined;

  constructor(program: KernelProgram, options: ExplorableOptions) {
    this.name = options.name;
    this.#options = options;
    this.kernel = boot(program, options);
    this.memory = this.kernel.state;
    const { cpus, tasks } = this.kernel.machine;
    this.agents = Array.from({ length: cpus }, (_, cpu) => `cpu${cpu}`);
    this.mostActions = cpus * (tasks + 3);
    this.kernel.machine.keepsLastCpu = false;
    if (options.reduce === true) {
      this.#reduction = new Reduction(this.kernel);
      learn(this.kernel, this.#reduction.knowledge);
      this.#reduction.trustAfresh();
    }
    const renamings =
      options.symmetry === true ? renamingsOf(program, this.kernel.program.actors).slice(1) : [];
    this.symmetries = renamings.length === 0 ? [] : [new KernelSymmetry(this.kernel, renamings)];
    this.renamings = renamings.length;
    this.goals = (options.goals ?? []).map(({ name, holds }) => new EndGoal(name, holds));
  }

  get reducesItself(): boolean {
    return this.#reduction !== undefined;
  }

  actions(into: Int32Array): number {
    this.kernel.machine.actions(this.#list);
    this.sufficient = this.#reduction?.choose(this.#list) ?? this.#list.length;
    for (let index = 0; index < this.#list.length; index++) into[index] = this.#list[index] ?? 0;
    return this.#list.length;
  }

  agentOf(action: Action): number {
    return decodeAction(action).cpu;
  }

  /**
   * Each task that could go on gets a processor and makes its step, each processor ends its context
   * switch and takes its interrupts. To go idle is owed to nobody. An access that has trapped and is
   * being stepped over is owed its own turn: a task preempted each time between the trap and the access
   * may begin again for ever, but no scheduler is that unlucky.
   */
  fairClassOf(action: Action): number {
    const { machine, thread } = this.kernel;
    const { kind, cpu, task } = decodeAction(action);
    const afterTasks = 2 * (machine.tasks + 1);
    if (kind === ACTION.interrupt) return afterTasks + machine.cpus + cpu;
    if (kind === ACTION.switchTo) return task === NULL ? -1 : afterTasks + 2 * machine.cpus + task;
    if (machine.cpu.irqsOff.get(cpu) !== 0) return afterTasks + cpu;
    const current = machine.cpu.current.get(cpu);
    return 2 * current + (thread.stepBit.get(current) === 0 ? 0 : 1);
  }

  perform(action: Action, choice: number): 1 | 2 | 3 {
    try {
      this.#reduction?.knowledge.begin(action);
      this.kernel.machine.perform(action, choice);
      this.#reduction?.knowledge.end(action);
      return END.done;
    } catch (error) {
      this.#reduction?.knowledge.abandon();
      if (error instanceof CapacityError) return END.beyond;
      this.#violation = violationOf(error);
      return END.failed;
    }
  }

  /** Whether the search so far has left out what it should not have: then it must be repeated. */
  hasOverlooked(): boolean {
    return this.#reduction?.hasOverlooked() ?? false;
  }

  repeat(): void {
    this.#reduction?.trustAfresh();
  }

  get choices(): number {
    return this.kernel.machine.choices;
  }

  /** With the kernel functions that it happened in. */
  get violation(): Violation | undefined {
    return this.#violation;
  }

  get failure(): { property: string; what: string } | undefined {
    const violation = this.#violation;
    return violation && { property: violation.property, what: violation.message };
  }

  atEnd(): { property: string; what: string } | undefined {
    const { kernel } = this;
    for (const goal of this.goals) goal.look(kernel);
    try {
      checkNobodyHangs(kernel);
      checkAccounting(kernel);
      checkAtRest(kernel);
      this.#options.checkEnd?.(kernel);
      return undefined;
    } catch (error) {
      this.#violation = violationOf(error);
      return this.failure;
    }
  }

  describe(action: Action): string {
    const { kind, cpu, task } = decodeAction(action);
    if (kind === ACTION.interrupt) return "irq";
    if (kind === ACTION.switchTo) return `switch to ${taskName(this.kernel, task)}`;
    const current = this.kernel.machine.cpu.current.get(cpu);
    return current === NULL ? "step" : `step of ${taskName(this.kernel, current)}`;
  }
}

function violationOf(error: unknown): Violation {
  if (error instanceof Violation) return error;
  assert(error instanceof Error, "only errors are thrown");
  throw error;
}
