import type { Draw } from "../../base/index.ts";
import type { Dialect } from "./dialect.ts";

export type User = "root" | "perfmon" | "nobody";

export interface TaskState {
  readonly name: string;
  /** The task that its process is called after. */
  readonly leader: string;
  readonly parent: string | undefined;
  cpu: number;
  dead: boolean;
  /** Another has sent it a signal, of which it may die when it goes on. */
  doomed: boolean;
  threads: number;
  user: User;
  tracer: string | undefined;
  stopped: boolean;
}

export interface EventState {
  readonly name: string;
  readonly opener: string;
  /** Whether it follows its opener, and nobody else. */
  readonly isOwn: boolean;
  /** It has no ring, whoever asks. */
  readonly isUnmappable: boolean;
  leads: boolean;
  closed: boolean;
  /** The processes that have its ring. */
  readonly mappers: Set<string>;
}

export const VARIABLES = [
  { name: "x", size: 16 },
  { name: "y", size: 8 },
] as const;
export const SIZES = [1, 2, 4, 8] as const;
export const FUNCTIONS = ["f", "g"] as const;

/** Who and what there is by now in a scenario that is being written, and what is drawn for it. */
export class World {
  readonly draw: Draw;
  readonly dialect: Dialect;
  readonly cpus: number;
  readonly tasks: TaskState[] = [];
  readonly events: EventState[] = [];

  /** What ptrace has set, by its names. */
  readonly handles: string[] = [];

  constructor(draw: Draw, dialect: Dialect) {
    this.draw = draw;
    this.dialect = dialect;
    this.cpus = 1 + draw(2);
  }

  /** A signal that kills one thread kills its process. */
  doom(target: TaskState): void {
    for (const task of this.tasks) if (task.leader === target.leader) task.doomed = true;
  }

  chance(oneIn: number): boolean {
    return this.draw(oneIn) === 0;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.draw(from.length)];
  }

  /** `x`, or a place in it, `x+3`. */
  place(): string {
    const { name, size } = this.pick(VARIABLES) ?? VARIABLES[0];
    const offset = this.chance(3) ? this.draw(size) : 0;
    return offset === 0 ? name : `${name}+${offset}`;
  }

  /** A place, and mostly how many bytes. */
  range(): string[] {
    if (!this.dialect.keepsToDoubleWords)
      return [this.place(), ...(this.chance(2) ? [`len ${this.pick(SIZES)}`] : [])];
    const { name, size } = this.pick(VARIABLES) ?? VARIABLES[0];
    const offset = this.chance(3) ? this.draw(size) : 0;
    return [`${name}+${offset}`, `len ${1 + this.draw(8 - (offset % 8))}`];
  }

  addTask(task: Pick<TaskState, "name" | "leader" | "parent" | "user" | "cpu">): void {
    this.tasks.push({
      ...task,
      dead: false,
      doomed: false,
      threads: 0,
      tracer: undefined,
      stopped: false,
    });
  }

  processOf(task: TaskState): TaskState {
    return this.tasks.find(({ name }) => name === task.leader) ?? task;
  }

  /** What an actor can name: the language lets nobody use what it has closed itself. */
  usable(actor: TaskState): readonly EventState[] {
    return this.events.filter(({ closed, opener }) => !closed || opener !== actor.name);
  }

  living(): readonly TaskState[] {
    return this.tasks.filter(({ dead }) => !dead);
  }
}

/** Whether no other thread is left in its process. */
export function isAlone(actor: TaskState): boolean {
  return actor.leader === actor.name && actor.threads === 0;
}
