import type { RecordedKind, RecordedObject, RecordedRun } from "../../recording/index.ts";

/** Before the first step. Steps count from 0. */
export const AT_FIRST = -1;
const BITS = 32;

/** Which object: `event 3`. */
export interface ObjectName {
  readonly record: string;
  readonly id: number;
}

/** What was written to one field, and when. */
interface FieldLog {
  readonly steps: number[];
  readonly words: (readonly number[])[];
}

/** What became of one object: births and ends in turn, and its fields. */
interface ObjectLog {
  readonly name: ObjectName;
  readonly turns: { readonly step: number; readonly isLive: boolean }[];
  readonly fields: Map<string, FieldLog>;
}

const ZERO: readonly number[] = [0];

/** Every object of a run, as it was after each step, and which step wrote what. */
export class ObjectHistory {
  readonly kinds: ReadonlyMap<string, RecordedKind>;
  readonly #logs = new Map<string, ObjectLog>();

  constructor({ program, steps }: RecordedRun) {
    this.kinds = new Map(program.kinds.map((kind) => [kind.name, kind]));
    for (const it of program.objects) this.#add(AT_FIRST, it);
    for (const [step, { objects }] of steps.entries()) {
      for (const it of objects) this.#add(step, it);
    }
  }

  /** All objects that there ever were, in the order of their births. */
  get names(): readonly ObjectName[] {
    return [...this.#logs.values()].map(({ name }) => name);
  }

  /** The words of a field after a step: 0 where nobody has written it; at last, of one that is freed. */
  words(object: ObjectName, field: string, step: number): readonly number[] {
    const log = this.#log(object)?.fields.get(field);
    return log?.words[lastUpTo(log.steps, step)] ?? ZERO;
  }

  word(object: ObjectName, field: string, step: number, index = 0): number {
    return this.words(object, field, step)[index] ?? 0;
  }

  /** The fields of an object that anybody has written by then. */
  fields(object: ObjectName, step: number): ReadonlyMap<string, readonly number[]> {
    const logs = [...(this.#log(object)?.fields ?? [])];
    const written = logs.filter(([, { steps }]) => lastUpTo(steps, step) >= 0);
    return new Map(written.map(([field]) => [field, this.words(object, field, step)]));
  }

  /** As many words as a field ever had. */
  length(object: ObjectName, field: string): number {
    const all = this.#log(object)?.fields.get(field)?.words ?? [];
    return all.reduce((most, { length }) => Math.max(most, length), 0);
  }

  /** The step that gave a word the value that it has after `step`; AT_FIRST if it always had it. */
  writtenAt(object: ObjectName, field: string, step: number, index = 0): number {
    const log = this.#log(object)?.fields.get(field);
    if (log === undefined) return AT_FIRST;
    const wordOf = (at: number) => log.words[at]?.[index] ?? 0;
    let at = lastUpTo(log.steps, step);
    // What was not written yet was 0.
    while (at >= 0 && wordOf(at - 1) === wordOf(at)) at--;
    return log.steps[at] ?? AT_FIRST;
  }

  /** When it was freed, if it is not alive after `step` and was before. */
  freedAt(object: ObjectName, step: number): number | undefined {
    const turn = this.#turn(object, step);
    return turn?.isLive === false ? turn.step : undefined;
  }

  isLive(object: ObjectName, step: number): boolean {
    return this.#turn(object, step)?.isLive === true;
  }

  /** Whether it was born by then. */
  isKnown(object: ObjectName, step: number): boolean {
    return this.#turn(object, step) !== undefined;
  }

  #turn(object: ObjectName, step: number) {
    return this.#log(object)?.turns.findLast((turn) => turn.step <= step);
  }

  #log({ record, id }: ObjectName): ObjectLog | undefined {
    return this.#logs.get(`${record} ${id}`);
  }

  #add(step: number, { record, id, what, fields }: RecordedObject): void {
    const name = { record, id };
    const log = this.#log(name) ?? { name, turns: [], fields: new Map<string, FieldLog>() };
    this.#logs.set(`${record} ${id}`, log);
    if (what === "freed") log.turns.push({ step, isLive: false });
    if (what === "born") {
      log.turns.push({ step, isLive: true });
      // Nothing is left of the one that had its place before.
      for (const field of log.fields.values()) write(field, step, ZERO);
    }
    for (const [field, words] of Object.entries(fields)) {
      const own = log.fields.get(field) ?? { steps: [], words: [] };
      log.fields.set(field, own);
      write(own, step, words);
    }
  }
}

function write({ steps, words }: FieldLog, step: number, now: readonly number[]): void {
  if (steps.at(-1) === step) words[words.length - 1] = now;
  else {
    steps.push(step);
    words.push(now);
  }
}

/** The place of the last step that is not behind `step`, or -1. Steps are in order. */
function lastUpTo(steps: readonly number[], step: number): number {
  let from = 0;
  let to = steps.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((steps[middle] ?? 0) <= step) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

/** The ids in a set, which has a bit for each. */
export function membersOf(words: readonly number[]): readonly number[] {
  return words.flatMap((word, index) =>
    Array.from({ length: BITS }, (_, bit) => bit)
      .filter((bit) => (word >>> bit) & 1)
      .map((bit) => index * BITS + bit),
  );
}
