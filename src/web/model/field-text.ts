import { membersOf, type ObjectHistory, type ObjectName } from "./object-history.ts";

/** What numbers mean where the kernel has a name for them. */
const NAMES: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "event.state": {
    [-4]: "DEAD",
    [-3]: "EXIT",
    [-2]: "ERROR",
    [-1]: "OFF",
    0: "INACTIVE",
    1: "ACTIVE",
  },
  "task.state": { 0: "unborn", 1: "ready", 2: "asleep", 3: "stopped", 4: "zombie" },
  "event.bpType": { 1: "r", 2: "w", 3: "rw", 4: "x" },
  "event.hwType": { 1: "r", 2: "w", 3: "rw", 4: "x" },
};

const AT_LAST = Number.MAX_SAFE_INTEGER;
/** Fields that are addresses. */
const ADDRESSES = new Set(["bpAddr", "hwAddr", "regAddr", "cachedAddr", "si_addr"]);
/** The explorer's own book-keeping, of no use to whoever looks. */
const HIDDEN = new Set(["top", "depth", "func", "sub", "resume", "done", "actor", "waitFor"]);

export function isShown(field: string): boolean {
  return !HIDDEN.has(field);
}

/** What an object is called: `C`, `e3`, `ctx 2`, `CPU0`. */
export function nameOf(history: ObjectHistory, actors: readonly string[], it: ObjectName): string {
  const { record, id } = it;
  switch (record) {
    case "task": {
      if (id === 0) return "idle";
      if (id < 0) return "TASK_TOMBSTONE";
      return actors[history.word(it, "actor", AT_LAST)] ?? `task ${id}`;
    }
    case "event":
      return `event ${id}`;
    case "cpu":
    case "perCpu":
      return `CPU${id}`;
    default:
      return `${record} ${id}`;
  }
}

/** The words of a field as people read them. */
export function fieldText(
  history: ObjectHistory,
  actors: readonly string[],
  { object, field, words }: { object: ObjectName; field: string; words: readonly number[] },
): string {
  const kind = history.kinds.get(object.record);
  const target = kind?.references[field];
  const ofSet = kind?.sets[field];
  const named = (record: string, id: number) => {
    if (id === 0) return "NULL";
    return nameOf(history, actors, { record, id });
  };
  if (ofSet !== undefined) {
    const members = membersOf(words).map((id) => named(ofSet, id));
    return members.length === 0 ? "none" : members.join(", ");
  }
  return words
    .map((word) => {
      if (target !== undefined) return named(target, word);
      if (ADDRESSES.has(field)) return `0x${word.toString(16)}`;
      return NAMES[`${object.record}.${field}`]?.[word] ?? String(word);
    })
    .join(" ");
}
