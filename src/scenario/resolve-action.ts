import type {
  Access,
  Action,
  Outcome,
  Resolved,
  SignalAction,
  TaskAction,
  TraceAction,
} from "./action.ts";
import type { Written } from "./ast.ts";
import type { Context } from "./context.ts";
import { resolveAccess } from "./resolve-access.ts";
import { resolveEvent } from "./resolve-event.ts";
import { resolveTrace } from "./resolve-trace.ts";

/** An action as it is run. What cannot be meant is reported to the context's scope. */
export function resolveAction(action: Action<Written>, context: Context): Action<Resolved> {
  if ("event" in action) return resolveEvent(action, context);
  if ("size" in action) return resolveAccess(action, context);
  return resolveTask(action, context);
}

type Rest = Exclude<
  TaskAction<Written> | SignalAction<Written> | TraceAction<Written> | Access<Written>,
  { readonly size: unknown }
>;

function resolveTask(action: Rest, context: Context): Action<Resolved> {
  const { names, scope, actor, fails } = context;
  switch (action.kind) {
    case "execute":
      return { kind: "execute", func: names.func(action.func) };
    case "fork":
    case "thread": {
      const task = scope.name(action.task);
      if (!fails) names.addTask(task, action.task.at);
      return { ...action, task };
    }
    case "wait": {
      const task = names.task(action.task);
      if (task === actor) scope.report(action.task.at, `${actor} cannot wait for itself`);
      names.waitsFor(task, action.task.at);
      return { kind: "wait", task };
    }
    case "switch-to": {
      const task = names.task(action.task);
      if (task === actor) scope.report(action.task.at, `${actor} runs already`);
      return { kind: "switch-to", task };
    }
    case "pin":
    case "migrate":
    case "offline":
    case "online":
      return { kind: action.kind, cpu: context.cpu(action.cpu) };
    case "exec":
    case "exit":
    case "unpin":
    case "as":
      return action;
    default:
      return resolveSignal(action, context);
  }
}

function resolveSignal(
  action: SignalAction<Written> | TraceAction<Written>,
  context: Context,
): Action<Resolved> {
  const { names } = context;
  switch (action.kind) {
    case "handle": {
      const func = action.func === undefined ? undefined : names.func(action.func);
      return { ...action, func };
    }
    case "kill": {
      const task = names.task(action.task);
      names.mayDie(task);
      return { ...action, task };
    }
    case "ignore":
    case "default":
    case "block":
    case "unblock":
    case "signals":
      return action;
    default:
      return resolveTrace(action, context);
  }
}

export function resolveOutcome(outcome: Outcome<Written>, context: Context): Outcome<Resolved> {
  switch (outcome.kind) {
    case "value":
      return { kind: "value", range: context.scope.range(outcome.range) };
    case "bits":
      return { kind: "bits", mask: context.scope.num(outcome.mask) };
    case "address":
      return { kind: "address", place: context.names.place(outcome.place) };
    case "killed":
      context.names.mayDie(context.actor);
      return outcome;
    default:
      return outcome;
  }
}
