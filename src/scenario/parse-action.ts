import {
  ACCESS_KINDS,
  type Access,
  type Action,
  type Outcome,
  type SignalAction,
  type TaskAction,
} from "./action.ts";
import type { Written } from "./ast.ts";
import { type Cursor, SyntaxFault } from "./cursor.ts";
import { ERRNO_NAMES } from "./errno-names.ts";
import { parseEventAction } from "./parse-event.ts";
import {
  parseCpu,
  parseExpr,
  parseOptionalNumber,
  parsePlace,
  parseRange,
  parseRef,
} from "./parse-expr.ts";
import { parseTraceAction } from "./parse-trace.ts";
import { POLL_NAMES, SIGNAL_NAMES, USER_NAMES } from "./vocabulary.ts";

/** What follows `actor:`, up to `times` or the arrow. */
export function parseAction(cursor: Cursor): Action<Written> {
  return (
    parseEventAction(cursor) ??
    parseOptionalAccess(cursor) ??
    parseTaskAction(cursor) ??
    parseSignalAction(cursor) ??
    parseTraceAction(cursor) ??
    cursor.fail('what the actor does, such as "open", "store" or "fork"')
  );
}

export function parseAccess(cursor: Cursor): Access<Written> {
  return parseOptionalAccess(cursor) ?? cursor.fail('an access such as "load" or "store"');
}

function parseOptionalAccess(cursor: Cursor): Access<Written> | undefined {
  if (cursor.word("execute")) {
    return { kind: "execute", func: parseRef(cursor, "a function") };
  }
  const kind = cursor.optional(ACCESS_KINDS);
  if (kind === undefined) return undefined;
  const place = parsePlace(cursor);
  const size = parseOptionalNumber(cursor, "size");
  return { kind, place, size, value: cursor.symbol("=") ? parseExpr(cursor) : undefined };
}

function parseTaskAction(cursor: Cursor): TaskAction<Written> | undefined {
  if (cursor.word("fork")) return parseFork(cursor);
  if (cursor.word("thread")) return { kind: "thread", task: parseRef(cursor, "a name for it") };
  if (cursor.word("exec")) return { kind: "exec", undumpable: cursor.word("undumpable") };
  const alone = cursor.optional(["exit", "unpin"]);
  if (alone !== undefined) return { kind: alone };
  const onTask = cursor.optional(["wait", "switch-to"]);
  if (onTask !== undefined) return { kind: onTask, task: parseRef(cursor, "a task") };
  const onCpu = cursor.optional(["pin", "migrate", "offline", "online"]);
  if (onCpu !== undefined) return { kind: onCpu, cpu: parseCpu(cursor) };
  return cursor.word("as") ? { kind: "as", user: cursor.oneOf(USER_NAMES) } : undefined;
}

function parseFork(cursor: Cursor): TaskAction<Written> {
  const task = parseRef(cursor, "a name for the child");
  const flags = new Set<string>();
  for (;;) {
    const at = cursor.at;
    const flag = cursor.optional(["no-fds", "clear-handlers", "taken-pid"]);
    if (flag === undefined) break;
    if (flags.has(flag)) throw new SyntaxFault(at, `${flag} is given twice`);
    flags.add(flag);
  }
  const clearHandlers = flags.has("clear-handlers");
  const takenPid = flags.has("taken-pid");
  return { kind: "fork", task, noFds: flags.has("no-fds"), clearHandlers, takenPid };
}

function parseSignalAction(cursor: Cursor): SignalAction<Written> | undefined {
  if (cursor.word("handle")) {
    const signal = cursor.oneOf(SIGNAL_NAMES);
    const func = cursor.word("with") ? parseRef(cursor, "a function") : undefined;
    return { kind: "handle", signal, func };
  }
  const kind = cursor.optional(["ignore", "default", "block", "unblock"]);
  if (kind !== undefined) return { kind, signal: cursor.oneOf(SIGNAL_NAMES) };
  if (cursor.word("kill")) {
    return { kind: "kill", task: parseRef(cursor, "a task"), signal: cursor.oneOf(SIGNAL_NAMES) };
  }
  if (!cursor.word("signals")) return undefined;
  return { kind: "signals", signal: cursor.optional(SIGNAL_NAMES) };
}

/** outcomes = "->" outcome { "or" outcome } */
export function parseOutcomes(cursor: Cursor): readonly Outcome<Written>[] {
  if (!cursor.symbol("->")) return [];
  const outcomes = [parseOutcome(cursor)];
  while (cursor.word("or")) outcomes.push(parseOutcome(cursor));
  return outcomes;
}

function parseOutcome(cursor: Cursor): Outcome<Written> {
  const kind = cursor.optional(["ok", "any", "eof", "exited"]);
  if (kind !== undefined) return { kind };
  const errno = cursor.optional(ERRNO_NAMES);
  if (errno !== undefined) return { kind: "errno", errno };
  const event = cursor.optional(POLL_NAMES);
  if (event !== undefined) return { kind: "poll", event };
  const signal = cursor.optional(SIGNAL_NAMES);
  if (signal !== undefined) return { kind: "signal", signal };
  if (cursor.word("killed")) return { kind: "killed", signal: cursor.oneOf(SIGNAL_NAMES) };
  if (cursor.word("has")) return { kind: "bits", mask: parseExpr(cursor) };
  if (cursor.symbol("&")) return { kind: "address", place: parsePlace(cursor) };
  if (cursor.isNearMiss()) cursor.fail('a result such as "ok", "ENOSPC" or a number');
  return { kind: "value", range: parseRange(cursor) };
}
