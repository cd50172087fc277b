import type { RecordedKind, RecordedObject, RecordedRun } from "../../recording/index.ts";

/** Before the first step. Steps count from 0. */
export const AT_FIRST = -1;
const BITS = 32;

/** An object from one step on, until its next version. */
export interface ObjectVersion {
  readonly step: number;
  readonly isFreed: boolean;
  /** All fields that are not 0; of one that is freed, what they were at last. */
  readonly fields: ReadonlyMap<string, readonly number[]>;
}

/** Which object: `event 3`. */
export interface ObjectName {
  readonly record: string;
  readonly id: number;
}

const ZERO: readonly number[] = [0];

/** Every object of a run, as it was after each step, and which step wrote what. */
export class ObjectHistory {
  readonly kinds: ReadonlyMap<string, RecordedKind>;
  readonly #versions = new Map<string, ObjectVersion[]>();
  readonly #names: ObjectName[] = [];

  constructor({ program, steps }: RecordedRun) {
    this.kinds = new Map(program.kinds.map((kind) => [kind.name, kind]));
    for (const it of program.objects) this.#add(AT_FIRST, it);
    for (const [step, { objects }] of steps.entries()) {
      for (const it of objects) this.#add(step, it);
    }
  }

  /** All objects that there ever were, in the order of their births. */
  get names(): readonly ObjectName[] {
    return this.#names;
  }

  /** The object after a step; undefined if it was not born by then. */
  at({ record, id }: ObjectName, step: number): ObjectVersion | undefined {
    return this.versions({ record, id }).findLast((version) => version.step <= step);
  }

  versions({ record, id }: ObjectName): readonly ObjectVersion[] {
    return this.#versions.get(`${record} ${id}`) ?? [];
  }

  /** The words of a field after a step: 0 where nobody has written it. */
  words(object: ObjectName, field: string, step: number): readonly number[] {
    return this.at(object, step)?.fields.get(field) ?? ZERO;
  }

  word(object: ObjectName, field: string, step: number, index = 0): number {
    return this.words(object, field, step)[index] ?? 0;
  }

  /** The step that gave a word the value that it has after `step`; AT_FIRST if it always had it. */
  writtenAt(object: ObjectName, field: string, step: number, index = 0): number {
    const versions = this.versions(object).filter((version) => version.step <= step);
    const wordOf = (version: ObjectVersion | undefined) => version?.fields.get(field)?.[index] ?? 0;
    const now = wordOf(versions.at(-1));
    const lastOther = versions.findLastIndex((version) => wordOf(version) !== now);
    return versions[lastOther + 1]?.step ?? AT_FIRST;
  }

  /** When it was freed for the last time before `step`, if it is not alive after it. */
  freedAt(object: ObjectName, step: number): number | undefined {
    const version = this.at(object, step);
    return version?.isFreed === true ? version.step : undefined;
  }

  isLive(object: ObjectName, step: number): boolean {
    return this.at(object, step)?.isFreed === false;
  }

  #add(step: number, { record, id, what, fields }: RecordedObject): void {
    const key = `${record} ${id}`;
    const versions = this.#versions.get(key) ?? [];
    if (versions.length === 0) {
      this.#versions.set(key, versions);
      this.#names.push({ record, id });
    }
    const before = what === "born" ? undefined : versions.at(-1)?.fields;
    const merged = new Map([...(before ?? []), ...Object.entries(fields)]);
    versions.push({ step, isFreed: what === "freed", fields: merged });
  }
}

/** The ids in a set, which has a bit for each. */
export function membersOf(words: readonly number[]): readonly number[] {
  return words.flatMap((word, index) =>
    Array.from({ length: BITS }, (_, bit) => bit)
      .filter((bit) => (word >>> bit) & 1)
      .map((bit) => index * BITS + bit),
  );
}
