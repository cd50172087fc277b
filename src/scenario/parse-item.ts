import type { Observation } from "./action.ts";
import type { Claim, Declaration, Header, Statement, Written } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseAccess, parseAction, parseOutcomes } from "./parse-action.ts";
import {
  parseCpu,
  parseDeclared,
  parseExpr,
  parseOptionalCpu,
  parseOptionalNumber,
  parsePlace,
  parseRange,
  parseRef,
} from "./parse-expr.ts";
import {
  ARCH_NAMES,
  DESIGN_NAMES,
  PROPERTY_NAMES,
  SIGNAL_NAMES,
  USER_NAMES,
} from "./vocabulary.ts";

type Step = Statement & { readonly kind: "step" };

/** step = ref ":" action [ "times" expr ] [ outcomes ] */
export function parseStep(cursor: Cursor): Step {
  const actor = parseRef(cursor, "an actor");
  cursor.required(":");
  const action = parseAction(cursor);
  const times = parseOptionalNumber(cursor, "times");
  return { kind: "step", actor, action, times, expected: parseOutcomes(cursor) };
}

/** Everything that stands on one line, but for what an actor does. */
export function parseOneLine(cursor: Cursor): Header | Declaration | Statement | Claim | undefined {
  return parseHeader(cursor) ?? parseDeclaration(cursor) ?? parseClaim(cursor);
}

function parseHeader(cursor: Cursor): Header | undefined {
  if (cursor.word("arch")) {
    const arch = cursor.oneOf(ARCH_NAMES);
    const design = cursor.word("design") ? cursor.oneOf(DESIGN_NAMES) : undefined;
    const slots = parseOptionalNumber(cursor, "slots");
    return {
      kind: "arch",
      arch,
      design,
      slots,
      instSlots: parseOptionalNumber(cursor, "inst-slots"),
    };
  }
  if (cursor.word("cpus")) return { kind: "cpus", count: parseExpr(cursor) };
  if (cursor.word("paranoid")) return { kind: "paranoid", level: parseExpr(cursor) };
  if (!cursor.word("without")) return undefined;
  cursor.requiredWord("fix");
  return { kind: "without-fix", fix: cursor.anyWord('a fix such as "Z11"') };
}

function parseDeclaration(cursor: Cursor): Declaration | undefined {
  if (cursor.word("var")) {
    const declared = parseDeclared(cursor, "a name for the variable");
    const size = parseExpr(cursor);
    const align = parseOptionalNumber(cursor, "align");
    return { kind: "var", declared, size, align, kernel: cursor.word("kernel") };
  }
  if (cursor.word("func")) {
    const declared = parseDeclared(cursor, "a name for the function");
    const kernel = cursor.word("kernel");
    const body = cursor.word("does") ? [parseAccess(cursor)] : [];
    while (body.length > 0 && cursor.symbol(",")) body.push(parseAccess(cursor));
    return { kind: "func", declared, kernel, body };
  }
  if (!cursor.word("task")) return undefined;
  const declared = parseDeclared(cursor, "a name for the task");
  const cpu = parseOptionalCpu(cursor);
  const user = cursor.word("as") ? cursor.oneOf(USER_NAMES) : undefined;
  return { kind: "task", declared, cpu, user };
}

function parseClaim(cursor: Cursor): Claim | Statement | undefined {
  if (cursor.word("barrier")) return { kind: "barrier" };
  if (cursor.word("never")) {
    const properties = [cursor.oneOf(PROPERTY_NAMES)];
    while (cursor.symbol(",")) properties.push(cursor.oneOf(PROPERTY_NAMES));
    return { kind: "never", properties };
  }
  const kind = cursor.optional(["expect", "reach"]);
  if (kind === undefined) return undefined;
  const observation = parseObservation(cursor);
  if (observation.kind === "task" || observation.kind === "si-addr") {
    return { kind, observation, values: [] };
  }
  const values = [parseRange(cursor)];
  while (cursor.word("or")) values.push(parseRange(cursor));
  return { kind, observation, values };
}

function parseObservation(cursor: Cursor): Observation<Written> {
  const ofEvent = cursor.optional(["count", "samples"]);
  if (ofEvent !== undefined) return { kind: ofEvent, event: parseRef(cursor, "an event") };
  const ofCpu = cursor.optional(["slots", "inst-slots"]);
  if (ofCpu !== undefined) return { kind: ofCpu, cpu: parseCpu(cursor) };
  if (cursor.word("signals")) {
    const task = parseRef(cursor, "a task");
    return { kind: "signals", task, signal: cursor.optional(SIGNAL_NAMES) };
  }
  const ofSignal = cursor.optional(["si-code", "si-data", "si-addr"]);
  if (ofSignal !== undefined) {
    const task = parseRef(cursor, "a task");
    const signal = cursor.oneOf(SIGNAL_NAMES);
    if (ofSignal !== "si-addr") return { kind: ofSignal, task, signal };
    cursor.required("&");
    return { kind: ofSignal, task, signal, place: parsePlace(cursor) };
  }
  if (cursor.word("value")) return { kind: "value", place: parsePlace(cursor) };
  cursor.requiredWord("task");
  const task = parseRef(cursor, "a task");
  if (cursor.word("killed")) {
    return { kind: "task", task, fate: { kind: "killed", signal: cursor.oneOf(SIGNAL_NAMES) } };
  }
  return { kind: "task", task, fate: { kind: cursor.oneOf(["alive", "exited"]) } };
}
