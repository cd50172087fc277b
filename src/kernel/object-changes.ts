import type { KernelRecord } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";

/** What became of an object: the fields that have other words than before. */
export interface ObjectChange {
  /** The kind of object, as its record is called. */
  readonly record: string;
  readonly id: number;
  /** Of one that is `born`, all fields that are not 0; of one that is `freed`, none. */
  readonly what: "born" | "changed" | "freed";
  readonly fields: Readonly<Record<string, readonly number[]>>;
}

/** A kind of object, and which of its fields refer to objects of which kind. */
export interface ObjectKind {
  readonly name: string;
  readonly fields: readonly string[];
  /** Fields whose words are ids; 0 is NULL, and the tombstone is below it. */
  readonly references: Readonly<Record<string, string>>;
  /** Fields that are sets of ids, a bit each. */
  readonly sets: Readonly<Record<string, string>>;
}

/** What people look at. The running program's book-keeping and the stacks of frames are not of it. */
function recordsOf({ machine, ctx, event, percpu }: Kernel): readonly KernelRecord[] {
  return [machine.cpu.record, machine.task.record, ctx.record, event.record, percpu.record];
}

const HIDDEN = "stack";

export function objectKinds(k: Kernel): readonly ObjectKind[] {
  return recordsOf(k).map((record) => {
    const fields = record.fields.filter(({ name }) => name !== HIDDEN);
    const targets = (as: "id" | "set") =>
      Object.fromEntries(
        fields.flatMap((field) => {
          const it = record.targetOf(field);
          return it?.as === as ? [[field.name, it.target]] : [];
        }),
      );
    return {
      name: record.name,
      fields: fields.map(({ name }) => name),
      references: targets("id"),
      sets: targets("set"),
    };
  });
}

/** Tells what changed in the objects of a kernel from one look to the next; at first, all there is. */
export class ObjectChanges {
  /** The words of each living object at the last look. */
  readonly #seen = new Map<string, readonly number[]>();

  look(k: Kernel): readonly ObjectChange[] {
    return recordsOf(k).flatMap((record) => {
      const ids = Array.from({ length: record.count }, (_, index) => record.first + index);
      return ids.flatMap((id) => this.#change(record, id) ?? []);
    });
  }

  #change(record: KernelRecord, id: number): ObjectChange | undefined {
    const key = `${record.name} ${id}`;
    const before = this.#seen.get(key);
    const now = record.isLive(id) ? record.look(id) : undefined;
    if (now === undefined) {
      if (before === undefined) return undefined;
      this.#seen.delete(key);
      return { record: record.name, id, what: "freed", fields: {} };
    }
    this.#seen.set(key, now);
    if (before !== undefined && isSame(now, before)) return undefined;
    const fields = changedFields(record, now, before);
    if (before !== undefined && fields.length === 0) return undefined;
    const what = before === undefined ? "born" : "changed";
    return { record: record.name, id, what, fields: Object.fromEntries(fields) };
  }
}

function changedFields(
  { fields, stride }: KernelRecord,
  now: readonly number[],
  before: readonly number[] | undefined,
): readonly [string, readonly number[]][] {
  return fields.flatMap(({ name, offset }, index): [string, readonly number[]][] => {
    const end = fields[index + 1]?.offset ?? stride;
    const words = now.slice(offset, end);
    const isKept = name === HIDDEN || isSame(words, before?.slice(offset, end) ?? []);
    return isKept ? [] : [[name, words]];
  });
}

/** What was not there before was 0. */
function isSame(now: readonly number[], before: readonly number[]): boolean {
  return now.every((word, index) => word === (before[index] ?? 0));
}
