import type { EventAction, EventSpec, ModifySpec, Resolved, Target } from "./action.ts";
import type { Written } from "./ast.ts";
import type { Context } from "./context.ts";

/** Numbers, names and defaults of an action on an event. */
export function resolveEvent(
  action: EventAction<Written>,
  context: Context,
): EventAction<Resolved> {
  const { names, scope, actor, fails } = context;
  switch (action.kind) {
    case "open": {
      const spec = resolveSpec(action.spec, context);
      return { kind: "open", event: names.addEvent(action.event, actor, fails), spec };
    }
    case "open-wide": {
      const type = scope.type(action.type);
      const place = names.place(action.place);
      const len = scope.filled(action.len, context.defaultLen(place));
      return { ...action, event: names.addEvent(action.event, actor, fails), type, place, len };
    }
    case "modify": {
      const event = names.event(action.event, actor);
      return { kind: "modify", event, changes: resolveChanges(action.changes, context) };
    }
    case "refresh":
    case "period": {
      const event = names.event(action.event, actor);
      return { kind: action.kind, event, value: scope.num(action.value) };
    }
    case "close": {
      const event = names.event(action.event, actor);
      names.closes(event, actor, action.event.at);
      return { kind: "close", event };
    }
    default:
      return { ...action, event: names.event(action.event, actor) };
  }
}

function resolveSpec(spec: EventSpec<Written>, context: Context): EventSpec<Resolved> {
  const { names, scope } = context;
  const place = names.place(spec.place);
  return {
    type: scope.type(spec.type),
    place,
    len: scope.filled(spec.len, context.defaultLen(place)),
    target: resolveTarget(spec.target, context),
    cpu: spec.cpu === undefined ? undefined : context.cpu(spec.cpu),
    group: spec.group === undefined ? undefined : names.event(spec.group, context.actor),
    period: scope.filled(spec.period, 0),
    freq: scope.filled(spec.freq, 0),
    sigData: scope.filled(spec.sigData, 0),
    flags: spec.flags,
    raw: spec.raw.map(({ field, value }) => ({ field, value: scope.num(value) })),
  };
}

function resolveTarget(target: Target<Written>, { names }: Context): Target<Resolved> {
  return target.kind === "task" ? { kind: "task", task: names.task(target.task) } : target;
}

function resolveChanges(changes: ModifySpec<Written>, context: Context): ModifySpec<Resolved> {
  const { names, scope } = context;
  const { type, place, len, period, sigData, flags, raw } = changes;
  return {
    type: type === undefined ? undefined : scope.type(type),
    place: place === undefined ? undefined : names.place(place),
    len: len === undefined ? undefined : scope.num(len),
    period: period === undefined ? undefined : scope.num(period),
    sigData: sigData === undefined ? undefined : scope.num(sigData),
    flags,
    raw: raw.map(({ field, value }) => ({ field, value: scope.num(value) })),
  };
}
