import type { Access, Action, Outcome, SignalAction, TaskAction, TraceAction } from "./action.ts";
import type { Written } from "./ast.ts";
import { printEventAction } from "./print-event.ts";
import {
  printCpu,
  printOptional,
  printPlace,
  printRange,
  printType,
  printValue,
  type Show,
} from "./print-expr.ts";

export function printAction(action: Action<Written>, show: Show): string {
  return words(action, show).join(" ");
}

function words(action: Action<Written>, show: Show): string[] {
  if ("event" in action) return printEventAction(action, show);
  if ("func" in action && action.kind === "execute") return ["execute", show.ref(action.func)];
  if ("size" in action) return [printAccess(action, show)];
  return printTaskAction(action, show);
}

export function printAccess(access: Access<Written>, show: Show): string {
  if (access.kind === "execute") return `execute ${show.ref(access.func)}`;
  return [
    access.kind,
    printPlace(access.place, show),
    ...printOptional("size", access.size, show),
    ...printOptional("=", access.value, show),
  ].join(" ");
}

type Rest = Exclude<
  TaskAction<Written> | SignalAction<Written> | TraceAction<Written> | Access<Written>,
  { readonly size: unknown }
>;

function printTaskAction(action: Rest, show: Show): string[] {
  switch (action.kind) {
    case "fork": {
      const flags = [
        ...(action.noFds ? ["no-fds"] : []),
        ...(action.clearHandlers ? ["clear-handlers"] : []),
        ...(action.takenPid ? ["taken-pid"] : []),
      ];
      return ["fork", show.ref(action.task), ...flags];
    }
    case "exec":
      return action.undumpable ? ["exec", "undumpable"] : ["exec"];
    case "pin":
    case "migrate":
    case "offline":
    case "online":
      return [action.kind, printCpu(action.cpu, show)];
    case "as":
      return ["as", action.user];
    case "exit":
    case "unpin":
      return [action.kind];
    case "thread":
    case "wait":
    case "switch-to":
      return [action.kind, show.ref(action.task)];
    case "execute":
      return ["execute", show.ref(action.func)];
    default:
      return printSignalAction(action, show);
  }
}

function printSignalAction(
  action: SignalAction<Written> | TraceAction<Written>,
  show: Show,
): string[] {
  switch (action.kind) {
    case "handle": {
      const start = ["handle", action.signal];
      return action.func === undefined ? start : [...start, "with", show.ref(action.func)];
    }
    case "ignore":
    case "default":
    case "block":
    case "unblock":
      return [action.kind, action.signal];
    case "kill":
      return ["kill", show.ref(action.task), action.signal];
    case "signals":
      return action.signal === undefined ? ["signals"] : ["signals", action.signal];
    default:
      return printTraceAction(action, show);
  }
}

function printTraceAction(action: TraceAction<Written>, show: Show): string[] {
  const start = [action.kind, show.ref(action.task)];
  switch (action.kind) {
    case "cont":
      return action.signal === undefined ? start : [...start, action.signal];
    case "peek":
      return [...start, printPlace(action.place, show)];
    case "poke":
      return [...start, printPlace(action.place, show), "=", show.num(action.value)];
    case "peek-dr":
      return [...start, show.num(action.index)];
    case "poke-dr":
      return [...start, show.num(action.index), "=", printValue(action.value, show)];
    case "set-debugreg": {
      const watch = action.watch === undefined ? ["off"] : printWatch(action.watch, show);
      const index = printOptional("index", action.index, show);
      return [...start, ...watch, ...index, ...(action.noTranslate ? ["no-translate"] : [])];
    }
    case "set-hw-debug":
      return [...start, show.ref(action.handle), ...printWatch(action, show)];
    case "del-hw-debug":
      return [...start, show.ref(action.handle)];
    case "set-regset": {
      const watch = action.watch === undefined ? ["off"] : printWatch(action.watch, show);
      return [...start, show.num(action.index), ...watch];
    }
    default:
      return start;
  }
}

type Watch = Pick<TraceAction<Written> & { readonly kind: "set-hw-debug" }, "type" | "place"> &
  Partial<Pick<TraceAction<Written> & { readonly kind: "set-hw-debug" }, "len">>;

function printWatch({ type, place, len }: Watch, show: Show): string[] {
  return [printType(type, show), printPlace(place, show), ...printOptional("len", len, show)];
}

/** ` -> ok or ENOSPC`, or nothing. */
export function printOutcomes(outcomes: readonly Outcome<Written>[], show: Show): string {
  if (outcomes.length === 0) return "";
  return ` -> ${outcomes.map((outcome) => printOutcome(outcome, show)).join(" or ")}`;
}

function printOutcome(outcome: Outcome<Written>, show: Show): string {
  switch (outcome.kind) {
    case "errno":
      return outcome.errno;
    case "value":
      return printRange(outcome.range, show);
    case "bits":
      return `has ${show.num(outcome.mask)}`;
    case "address":
      return `&${printPlace(outcome.place, show)}`;
    case "poll":
      return outcome.event;
    case "signal":
      return outcome.signal;
    case "killed":
      return `killed ${outcome.signal}`;
    default:
      return outcome.kind;
  }
}
