import type { Observation } from "./action.ts";
import type { Item, Scenario, Written } from "./ast.ts";
import { printAccess, printAction, printOutcomes } from "./print-action.ts";
import {
  AS_WRITTEN,
  printCpu,
  printDeclared,
  printExpr,
  printOptional,
  printPlace,
  printRange,
  type Show,
} from "./print-expr.ts";

const INDENT = "  ";

/** The scenario in its one canonical form: what `fmt` writes. Comments and blank lines stay. */
export function print(scenario: Scenario): string {
  return scenario.items
    .flatMap(printItem)
    .map((line) => `${line}\n`)
    .join("");
}

function printItem(item: Item): string[] {
  const line = withComment(printBody(item), item.comment);
  if (item.kind !== "repeat" && item.kind !== "for") return [line];
  const body = item.body.flatMap(printItem);
  const indented = body.map((inner) => (inner === "" ? "" : INDENT + inner));
  return [line, ...indented, withComment("}", item.endComment)];
}

function withComment(code: string, comment: string | undefined): string {
  if (comment === undefined) return code;
  const text = comment === "" ? "#" : `# ${comment}`;
  return code === "" ? text : `${code}  ${text}`;
}

function printBody(item: Item): string {
  switch (item.kind) {
    case "blank":
    case "comment":
      return "";
    case "arch":
    case "cpus":
    case "paranoid":
    case "without-fix":
      return printHeader(item);
    case "var":
    case "func":
    case "task":
      return printDeclaration(item);
    case "step":
      return printStep(item, AS_WRITTEN);
    case "barrier":
      return "barrier";
    case "repeat":
      return `repeat ${printExpr(item.count)} {`;
    case "for": {
      const values = item.values.map((value) => printRange(value, AS_WRITTEN));
      return `for ${item.name} in ${values.join(", ")} {`;
    }
    case "never":
      return `never ${item.properties.join(", ")}`;
    case "expect":
    case "reach":
      return printClaim(item, AS_WRITTEN);
  }
}

type Kind<K extends Item["kind"]> = Item & { readonly kind: K };

function printHeader(item: Kind<"arch" | "cpus" | "paranoid" | "without-fix">): string {
  switch (item.kind) {
    case "arch":
      return [
        `arch ${item.arch}`,
        ...(item.design === undefined ? [] : ["design", item.design]),
        ...printOptional("slots", item.slots, AS_WRITTEN),
        ...printOptional("inst-slots", item.instSlots, AS_WRITTEN),
      ].join(" ");
    case "cpus":
      return `cpus ${printExpr(item.count)}`;
    case "paranoid":
      return `paranoid ${printExpr(item.level)}`;
    case "without-fix":
      return `without fix ${item.fix}`;
  }
}

function printDeclaration(item: Kind<"var" | "func" | "task">): string {
  const start = [item.kind, printDeclared(item.declared)];
  switch (item.kind) {
    case "var": {
      const kernel = item.kernel ? ["kernel"] : [];
      const align = printOptional("align", item.align, AS_WRITTEN);
      return [...start, printExpr(item.size), ...align, ...kernel].join(" ");
    }
    case "func": {
      const kernel = item.kernel ? ["kernel"] : [];
      const body = item.body.map((access) => printAccess(access, AS_WRITTEN)).join(", ");
      return [...start, ...kernel, ...(body === "" ? [] : ["does", body])].join(" ");
    }
    case "task": {
      const cpu = item.cpu === undefined ? [] : [printCpu(item.cpu, AS_WRITTEN)];
      return [...start, ...cpu, ...(item.user === undefined ? [] : ["as", item.user])].join(" ");
    }
  }
}

export function printStep(step: Kind<"step">, show: Show): string {
  const action = [printAction(step.action, show), ...printOptional("times", step.times, show)];
  return `${show.ref(step.actor)}: ${action.join(" ")}${printOutcomes(step.expected, show)}`;
}

export function printClaim(claim: Kind<"expect" | "reach">, show: Show): string {
  const values = claim.values.map((value) => printRange(value, show)).join(" or ");
  const words = [claim.kind, ...printObservation(claim.observation, show)];
  return [...words, ...(values === "" ? [] : [values])].join(" ");
}

function printObservation(observation: Observation<Written>, show: Show): string[] {
  switch (observation.kind) {
    case "count":
    case "samples":
      return [observation.kind, show.ref(observation.event)];
    case "slots":
    case "inst-slots":
      return [observation.kind, printCpu(observation.cpu, show)];
    case "signals": {
      const signal = observation.signal === undefined ? [] : [observation.signal];
      return ["signals", show.ref(observation.task), ...signal];
    }
    case "si-code":
    case "si-data":
      return [observation.kind, show.ref(observation.task), observation.signal];
    case "si-addr": {
      const { task, signal, place } = observation;
      return ["si-addr", show.ref(task), signal, `&${printPlace(place, show)}`];
    }
    case "value":
      return ["value", printPlace(observation.place, show)];
    case "task": {
      const { fate } = observation;
      const words = fate.kind === "killed" ? ["killed", fate.signal] : [fate.kind];
      return ["task", show.ref(observation.task), ...words];
    }
  }
}
