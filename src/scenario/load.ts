import { ok, type Result } from "../base/index.ts";
import type { Scenario } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Expanded, expand } from "./expand.ts";
import { parse } from "./parse.ts";

export interface Loaded extends Expanded {
  readonly scenario: Scenario;
}

/** From the text of a file to what can be run, or to all that keeps it from being run. */
export function load(text: string): Result<Loaded, readonly Diagnostic[]> {
  const scenario = parse(text);
  if (!scenario.ok) return scenario;
  const expanded = expand(scenario.value);
  return expanded.ok ? ok({ scenario: scenario.value, ...expanded.value }) : expanded;
}
