import type { ArchName } from "../vocabulary.ts";
import { NEED, type WordGroup } from "./words.ts";

/** A task as far as the program has come, and which descriptors it has. */
export interface TaskDraft {
  readonly name: string;
  /** The task that leads its process, by number. */
  readonly leader: number;
  /** Descriptors that it knows to be closed. */
  readonly closed: readonly string[];
  readonly hasExited: boolean;
  /** Who traces it, by number. */
  readonly tracer: number | undefined;
}

export interface EventDraft {
  readonly name: string;
  readonly place: string;
  readonly opener: number;
  readonly target: string;
  readonly hasPeriod: boolean;
  readonly inherits: boolean;
  /** The processes that have a descriptor, by their leaders. */
  readonly holders: readonly number[];
}

/**
 * A program in the making. A task speaks from its birth to its end, then its parent goes on: this
 * order of lines is the same however the lines of different tasks are mixed, and gives every name
 * where it is first used. So programs that differ by names or by such an order only are one.
 */
export interface Draft {
  readonly tasks: readonly TaskDraft[];
  readonly events: readonly EventDraft[];
  readonly lines: readonly string[];
  /** Whose turn it is, by number; below it, who goes on after it. */
  readonly speakers: readonly number[];
  /** How many CPUs are named. */
  readonly cpus: number;
  readonly length: number;
  /** Bits of NEED: what was said; what must still be said. */
  readonly said: number;
  readonly needs: number;
}

/** What programs may be about. */
export interface ShortBounds {
  readonly arch: ArchName;
  readonly tasks: number;
  readonly events: number;
  readonly cpus: number;
  readonly words: ReadonlySet<WordGroup>;
}

export const TASK_NAMES = ["P", "C", "D", "F"] as const;
export const EVENT_NAMES = ["e", "d", "g", "h"] as const;

export const FIRST_DRAFT: Draft = {
  tasks: [{ name: TASK_NAMES[0], leader: 0, closed: [], hasExited: false, tracer: undefined }],
  events: [],
  lines: [],
  speakers: [0],
  cpus: 0,
  length: 0,
  said: 0,
  needs: NEED.open,
};

/** The task whose turn it is, and its number. */
export function speakerOf(draft: Draft): { readonly number: number; readonly task: TaskDraft } {
  const number = draft.speakers.at(-1) ?? 0;
  const task = draft.tasks[number] ?? draft.tasks[0];
  if (task === undefined) throw new RangeError("a program has a task");
  return { number, task };
}

/** The speaker says one more thing, so many words long. */
export function say(draft: Draft, words: string, length: number): Draft {
  const { task } = speakerOf(draft);
  const lines = [...draft.lines, `${task.name}: ${words}`];
  return { ...draft, lines, length: draft.length + length };
}

export function withTask(draft: Draft, number: number, changes: Partial<TaskDraft>): Draft {
  const tasks = draft.tasks.map((it, at) => (at === number ? { ...it, ...changes } : it));
  return { ...draft, tasks };
}

/** Something is said that others may have been waiting for. */
export function noted(draft: Draft, bit: number): Draft {
  return { ...draft, said: draft.said | bit, needs: draft.needs & ~bit };
}

/** What was said makes sense only with something else, said before or after it. */
export function needing(draft: Draft, bit: number): Draft {
  return (draft.said & bit) !== 0 ? draft : { ...draft, needs: draft.needs | bit };
}
