import { membersOf, type ObjectHistory, type ObjectName } from "./object-history.ts";

const TOMBSTONE = -1;

/** A pointer from one object to another. */
export interface Reference {
  readonly from: ObjectName;
  readonly field: string;
  readonly to: ObjectName;
  /** `tombstone`: the task that is no more; `dangling`: what it names was freed. */
  readonly state: "sound" | "tombstone" | "dangling";
  /** The step since which it is broken; of a sound one, that wrote it. */
  readonly since: number;
}

/** Pointers that tell where events are and whose they are. The others stand among the values. */
const DRAWN: Readonly<Record<string, ReadonlySet<string>>> = {
  task: new Set(["perfEventCtxp", "thread.last_hit_ubp", "ptraceBps"]),
  ctx: new Set(["task", "events"]),
  event: new Set(["ctx", "parent"]),
  perCpu: new Set(["taskCtx", "slot", "lastHit", "stepTask", "wide"]),
};

/** The pointers that there are after a step. */
export function referencesAt(history: ObjectHistory, step: number): readonly Reference[] {
  return history.names.flatMap((from) => {
    const kind = history.kinds.get(from.record);
    const drawn = DRAWN[from.record];
    if (kind === undefined || drawn === undefined || !history.isLive(from, step)) return [];
    const single = Object.entries(kind.references).flatMap(([field, record]) =>
      drawn.has(field)
        ? history
            .words(from, field, step)
            .flatMap((id, index) => referenceTo(history, { from, field, record, id, index, step }))
        : [],
    );
    const sets = Object.entries(kind.sets).flatMap(([field, record]) =>
      drawn.has(field)
        ? membersOf(history.words(from, field, step)).flatMap((id) =>
            referenceTo(history, { from, field, record, id, index: 0, step }),
          )
        : [],
    );
    return [...single, ...sets];
  });
}

interface Pointer {
  readonly from: ObjectName;
  readonly field: string;
  readonly record: string;
  readonly id: number;
  readonly index: number;
  readonly step: number;
}

function referenceTo(history: ObjectHistory, pointer: Pointer): Reference[] {
  const { from, field, record, id, index, step } = pointer;
  if (id === 0) return [];
  const to = { record, id };
  const written = history.writtenAt(from, field, step, index);
  if (id === TOMBSTONE) return [{ from, field, to, state: "tombstone", since: written }];
  const freed = history.freedAt(to, step);
  if (freed === undefined) return [{ from, field, to, state: "sound", since: written }];
  return [{ from, field, to, state: "dangling", since: Math.max(freed, written) }];
}

/** How many pointers lead to an object: the boxes say it, beside the count that the kernel keeps. */
export function referrers(references: readonly Reference[], { record, id }: ObjectName): number {
  return references.filter(({ to }) => to.record === record && to.id === id).length;
}
