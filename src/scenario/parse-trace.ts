import type { TraceAction } from "./action.ts";
import type { Written } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import {
  parseExpr,
  parseOptionalNumber,
  parseOptionalType,
  parsePlace,
  parseRef,
  parseType,
  parseValue,
} from "./parse-expr.ts";
import { SIGNAL_NAMES } from "./vocabulary.ts";

export function parseTraceAction(cursor: Cursor): TraceAction<Written> | undefined {
  const plain = cursor.optional(["attach", "detach", "step", "skip", "wait-stop"]);
  if (plain !== undefined) return { kind: plain, task: parseTask(cursor) };
  if (cursor.word("cont")) {
    return { kind: "cont", task: parseTask(cursor), signal: cursor.optional(SIGNAL_NAMES) };
  }
  if (cursor.word("peek")) {
    return { kind: "peek", task: parseTask(cursor), place: parsePlace(cursor) };
  }
  if (cursor.word("poke")) {
    const task = parseTask(cursor);
    const place = parsePlace(cursor);
    cursor.required("=");
    return { kind: "poke", task, place, value: parseExpr(cursor) };
  }
  if (cursor.word("peek-dr")) {
    return { kind: "peek-dr", task: parseTask(cursor), index: parseExpr(cursor) };
  }
  if (cursor.word("poke-dr")) {
    const task = parseTask(cursor);
    const index = parseExpr(cursor);
    cursor.required("=");
    return { kind: "poke-dr", task, index, value: parseValue(cursor) };
  }
  return parseRegisters(cursor);
}

/** The requests that only powerpc or only arm64 has. */
function parseRegisters(cursor: Cursor): TraceAction<Written> | undefined {
  if (cursor.word("set-debugreg")) {
    const task = parseTask(cursor);
    const watch = parseWatch(cursor);
    const index = parseOptionalNumber(cursor, "index");
    return { kind: "set-debugreg", task, watch, index, noTranslate: cursor.word("no-translate") };
  }
  if (cursor.word("set-hw-debug")) {
    const task = parseTask(cursor);
    const handle = parseRef(cursor, "a name for the handle");
    const type = parseType(cursor);
    const place = parsePlace(cursor);
    const len = parseOptionalNumber(cursor, "len");
    return { kind: "set-hw-debug", task, handle, type, place, len };
  }
  if (cursor.word("del-hw-debug")) {
    const task = parseTask(cursor);
    return { kind: "del-hw-debug", task, handle: parseRef(cursor, "a handle") };
  }
  if (!cursor.word("set-regset")) return undefined;
  const task = parseTask(cursor);
  const index = parseExpr(cursor);
  const watch = parseWatch(cursor);
  if (watch === undefined) return { kind: "set-regset", task, index, watch };
  const len = parseOptionalNumber(cursor, "len");
  return { kind: "set-regset", task, index, watch: { ...watch, len } };
}

function parseWatch(cursor: Cursor) {
  if (cursor.word("off")) return undefined;
  const type = parseOptionalType(cursor) ?? cursor.fail();
  return { type, place: parsePlace(cursor) };
}

function parseTask(cursor: Cursor) {
  return parseRef(cursor, "a task");
}
