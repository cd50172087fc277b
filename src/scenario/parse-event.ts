import type { EventAction, EventSpec, ModifySpec, Target } from "./action.ts";
import type { Position, Written } from "./ast.ts";
import { type Cursor, SyntaxFault } from "./cursor.ts";
import {
  parseExpr,
  parseOptionalCpu,
  parseOptionalNumber,
  parseOptionalType,
  parsePlace,
  parseRef,
  parseType,
} from "./parse-expr.ts";
import { EVENT_FLAGS, MODIFY_FLAGS, RAW_FIELDS, SIGNAL_NAMES } from "./vocabulary.ts";

const GROUP_VERBS = ["enable", "disable", "reset"] as const;
const NUMBER_VERBS = ["refresh", "period"] as const;
const PLAIN_VERBS = ["close", "read", "samples", "poll", "mmap", "munmap", "attach-bpf"] as const;

export function parseEventAction(cursor: Cursor): EventAction<Written> | undefined {
  if (cursor.word("open")) return parseOpen(cursor);
  if (cursor.word("open-wide")) return parseOpenWide(cursor);
  if (cursor.word("modify")) {
    return { kind: "modify", event: parseEvent(cursor), changes: parseChanges(cursor) };
  }
  const grouped = cursor.optional(GROUP_VERBS);
  if (grouped !== undefined) {
    return { kind: grouped, event: parseEvent(cursor), group: cursor.word("group") };
  }
  const numbered = cursor.optional(NUMBER_VERBS);
  if (numbered !== undefined) {
    return { kind: numbered, event: parseEvent(cursor), value: parseExpr(cursor) };
  }
  const plain = cursor.optional(PLAIN_VERBS);
  if (plain !== undefined) return { kind: plain, event: parseEvent(cursor) };
  if (!cursor.word("async")) return undefined;
  return { kind: "async", event: parseEvent(cursor), signal: cursor.oneOf(SIGNAL_NAMES) };
}

function parseEvent(cursor: Cursor) {
  return parseRef(cursor, "an event");
}

function parseOpen(cursor: Cursor): EventAction<Written> {
  const event = parseRef(cursor, "a name for the event");
  const type = parseType(cursor);
  const place = parsePlace(cursor);
  return { kind: "open", event, spec: { type, place, ...parseOptions(cursor) } };
}

function parseOpenWide(cursor: Cursor): EventAction<Written> {
  const event = parseRef(cursor, "a name for the event");
  const type = parseType(cursor);
  const place = parsePlace(cursor);
  return { kind: "open-wide", event, type, place, len: parseOptionalNumber(cursor, "len") };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Options = Mutable<Omit<EventSpec<Written>, "type" | "place">>;

const NUMBERS = ["len", "period", "freq", "sig-data"] as const;
const FIELD_OF = { len: "len", period: "period", freq: "freq", "sig-data": "sigData" } as const;

/** What follows the place, in any order, each at most once. */
function parseOptions(cursor: Cursor): Options {
  const seen = new Seen();
  const options: Options = {
    len: undefined,
    target: { kind: "self" },
    cpu: undefined,
    group: undefined,
    period: undefined,
    freq: undefined,
    sigData: undefined,
    flags: [],
    raw: [],
  };
  for (;;) {
    const { at } = cursor;
    const number = cursor.optional(NUMBERS);
    if (number !== undefined) {
      seen.once(number, at);
      options[FIELD_OF[number]] = parseExpr(cursor);
      continue;
    }
    if (seen.takesFlag(cursor, EVENT_FLAGS)) continue;
    const cpu = parseOptionalCpu(cursor);
    if (cpu !== undefined) {
      seen.once("cpu", at);
      options.cpu = cpu;
    } else if (cursor.word("target")) {
      seen.once("target", at);
      options.target = parseTarget(cursor);
    } else if (cursor.word("group")) {
      seen.once("group", at);
      options.group = parseRef(cursor, "the leader of the group");
    } else if (cursor.word("raw")) {
      options.raw = [...options.raw, parseRaw(cursor, seen)];
    } else {
      return { ...options, flags: EVENT_FLAGS.filter((it) => seen.has(it)) };
    }
  }
}

/** Whatever is named after the event changes; also in any order, each at most once. */
function parseChanges(cursor: Cursor): ModifySpec<Written> {
  const seen = new Seen();
  const changes: Mutable<ModifySpec<Written>> = {
    type: undefined,
    place: undefined,
    len: undefined,
    period: undefined,
    sigData: undefined,
    flags: [],
    raw: [],
  };
  for (;;) {
    const { at } = cursor;
    const type = parseOptionalType(cursor);
    if (type !== undefined) {
      seen.once("the type", at);
      changes.type = type;
      continue;
    }
    if (seen.takesFlag(cursor, MODIFY_FLAGS)) continue;
    const number = cursor.optional(["len", "period", "sig-data"]);
    if (number !== undefined) {
      seen.once(number, at);
      changes[FIELD_OF[number]] = parseExpr(cursor);
    } else if (cursor.word("at")) {
      seen.once("at", at);
      changes.place = parsePlace(cursor);
    } else if (cursor.word("raw")) {
      changes.raw = [...changes.raw, parseRaw(cursor, seen)];
    } else {
      return { ...changes, flags: MODIFY_FLAGS.filter((it) => seen.has(it)) };
    }
  }
}

function parseTarget(cursor: Cursor): Target<Written> {
  if (cursor.word("none")) return { kind: "none" };
  return { kind: "task", task: parseRef(cursor, "a task") };
}

function parseRaw(cursor: Cursor, seen: Seen) {
  const at = cursor.at;
  const field = cursor.oneOf(RAW_FIELDS);
  seen.once(field, at);
  return { field, value: parseExpr(cursor) };
}

/** Refuses an option that comes a second time. */
class Seen {
  readonly #words = new Set<string>();

  has(word: string): boolean {
    return this.#words.has(word);
  }

  takesFlag(cursor: Cursor, flags: readonly string[]): boolean {
    const { at } = cursor;
    const flag = cursor.optional(flags);
    if (flag !== undefined) this.once(flag, at);
    return flag !== undefined;
  }

  once(word: string, at: Position): void {
    if (this.#words.has(word)) throw new SyntaxFault(at, `${word} is given twice`);
    this.#words.add(word);
  }
}
