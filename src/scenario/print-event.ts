import type { EventAction, EventSpec, ModifySpec } from "./action.ts";
import type { Written } from "./ast.ts";
import { printCpu, printOptional, printPlace, printType, type Show } from "./print-expr.ts";

/** The words of an action on an event, to be joined by blanks. */
export function printEventAction(action: EventAction<Written>, show: Show): string[] {
  const start = [action.kind, show.ref(action.event)];
  switch (action.kind) {
    case "open":
      return [...start, ...printSpec(action.spec, show)];
    case "open-wide": {
      const watch = [printType(action.type, show), printPlace(action.place, show)];
      return [...start, ...watch, ...printOptional("len", action.len, show)];
    }
    case "modify":
      return [...start, ...printChanges(action.changes, show)];
    case "enable":
    case "disable":
    case "reset":
      return [...start, ...(action.group ? ["group"] : [])];
    case "refresh":
    case "period":
      return [...start, show.num(action.value)];
    case "async":
      return [...start, action.signal];
    default:
      return start;
  }
}

function printSpec(spec: EventSpec<Written>, show: Show): string[] {
  const target = { self: [], none: ["target", "none"] };
  return [
    printType(spec.type, show),
    printPlace(spec.place, show),
    ...printOptional("len", spec.len, show),
    ...(spec.target.kind === "task"
      ? ["target", show.ref(spec.target.task)]
      : target[spec.target.kind]),
    ...(spec.cpu === undefined ? [] : [printCpu(spec.cpu, show)]),
    ...(spec.group === undefined ? [] : ["group", show.ref(spec.group)]),
    ...printOptional("period", spec.period, show),
    ...printOptional("freq", spec.freq, show),
    ...printOptional("sig-data", spec.sigData, show),
    ...spec.flags,
    ...printRaw(spec.raw, show),
  ];
}

function printChanges(changes: ModifySpec<Written>, show: Show): string[] {
  return [
    ...(changes.type === undefined ? [] : [printType(changes.type, show)]),
    ...(changes.place === undefined ? [] : ["at", printPlace(changes.place, show)]),
    ...printOptional("len", changes.len, show),
    ...printOptional("period", changes.period, show),
    ...printOptional("sig-data", changes.sigData, show),
    ...changes.flags,
    ...printRaw(changes.raw, show),
  ];
}

function printRaw(raw: EventSpec<Written>["raw"], show: Show): string[] {
  return raw.flatMap(({ field, value }) => ["raw", field, show.num(value)]);
}
