import type { Resolved, TraceAction, Value } from "./action.ts";
import type { Written } from "./ast.ts";
import type { Context } from "./context.ts";

/** The requests that one family of architectures has. */
const ONLY_ON: Partial<Record<TraceAction<Written>["kind"], "x86" | "powerpc" | "arm64">> = {
  "peek-dr": "x86",
  "poke-dr": "x86",
  "set-debugreg": "powerpc",
  "set-hw-debug": "powerpc",
  "del-hw-debug": "powerpc",
  "set-regset": "arm64",
};

/** Numbers, names and defaults of a ptrace request. */
export function resolveTrace(
  action: TraceAction<Written>,
  context: Context,
): TraceAction<Resolved> {
  const { names, scope } = context;
  const task = names.task(action.task);
  const { arch } = context.machine;
  if (!arch.startsWith(ONLY_ON[action.kind] ?? "")) {
    scope.report(action.task.at, `nobody can ${action.kind} on ${arch}`);
  }
  if (task === context.actor) scope.report(action.task.at, `${task} cannot trace itself`);
  names.mayDie(task); // of the signals that a tracer lets through
  switch (action.kind) {
    case "peek":
      return { ...action, task, place: names.place(action.place) };
    case "poke": {
      const place = names.place(action.place);
      return { kind: "poke", task, place, value: scope.num(action.value) };
    }
    case "peek-dr":
      return { ...action, task, index: scope.num(action.index) };
    case "poke-dr": {
      const index = scope.num(action.index);
      return { kind: "poke-dr", task, index, value: resolveValue(action.value, context) };
    }
    case "set-debugreg": {
      const { watch, noTranslate } = action;
      const index = scope.filled(action.index, 0);
      if (watch === undefined) return { ...action, task, watch, index };
      const resolved = { type: scope.type(watch.type), place: names.place(watch.place) };
      return { kind: "set-debugreg", task, watch: resolved, index, noTranslate };
    }
    case "set-hw-debug": {
      const handle = scope.name(action.handle);
      names.handles.add(handle);
      const type = scope.type(action.type);
      const len = action.len === undefined ? undefined : scope.num(action.len);
      return { kind: "set-hw-debug", task, handle, type, place: names.place(action.place), len };
    }
    case "del-hw-debug":
      return { kind: "del-hw-debug", task, handle: names.handle(action.handle) };
    case "set-regset": {
      const { watch } = action;
      const index = scope.num(action.index);
      if (watch === undefined) return { kind: "set-regset", task, index, watch };
      const place = names.place(watch.place);
      const len = scope.filled(watch.len, context.defaultLen(place));
      return {
        kind: "set-regset",
        task,
        index,
        watch: { type: scope.type(watch.type), place, len },
      };
    }
    default:
      return { ...action, task };
  }
}

function resolveValue(value: Value<Written>, { names, scope }: Context): Value<Resolved> {
  if (value.kind === "number") return { kind: "number", value: scope.num(value.value) };
  return { kind: "address", place: names.place(value.place) };
}
