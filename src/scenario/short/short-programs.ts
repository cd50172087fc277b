import type { DesignName } from "../vocabulary.ts";
import { type Draft, FIRST_DRAFT, type ShortBounds } from "./draft.ts";
import { statements } from "./say.ts";

/** A program that no other one of its length differs from by names or by an order that means nothing. */
export interface ShortProgram {
  readonly length: number;
  /** Who does what, a line each. */
  readonly lines: readonly string[];
}

/** All programs of just this length, in a fixed order. */
export function* shortPrograms(bounds: ShortBounds, length: number): Generator<ShortProgram> {
  for (const { lines } of complete(FIRST_DRAFT, bounds, length)) yield { length, lines };
}

function* complete(draft: Draft, bounds: ShortBounds, budget: number): Generator<Draft> {
  if (budget === 0) {
    if (draft.needs === 0) yield draft;
    return;
  }
  for (const after of statements(draft, bounds, budget))
    yield* complete(after, bounds, budget - (after.length - draft.length));
  // The speaker has nothing more to say: its parent goes on.
  if (draft.speakers.length > 1)
    yield* complete({ ...draft, speakers: draft.speakers.slice(0, -1) }, bounds, budget);
}

export interface ShortMachine {
  readonly arch: ShortBounds["arch"];
  readonly design: DesignName | undefined;
  readonly cpus: number;
  readonly withoutFixes: readonly string[];
}

/** How the program is to be explored. */
export interface ShortForm {
  /** Whether what the first task begins with, its opens and births, is over before anything else. */
  readonly settled?: boolean;
}

/** The program as a scenario. Signals are handled, or nobody would live to see a second one. */
export function shortScenario(
  { lines }: ShortProgram,
  machine: ShortMachine,
  { settled = false }: ShortForm = {},
): string {
  const { arch, design, cpus, withoutFixes } = machine;
  const says = (word: string) => lines.some((line) => line.split(" ").includes(word));
  const isHandled = { SIGUSR1: says("SIGUSR1"), SIGTRAP: says("sigtrap") };
  return [
    `arch ${arch}${design === undefined ? "" : ` design ${design}`}`,
    ...withoutFixes.map((fix) => `without fix ${fix}`),
    `cpus ${cpus}`,
    ...(says("x") || says("&x") ? ["var x 8"] : []),
    ...(says("y") ? ["var y 8"] : []),
    ...(says("f") ? ["func f"] : []),
    "",
    ...Object.entries(isHandled).flatMap(([signal, it]) => (it ? [`P: handle ${signal}`] : [])),
    ...(settled ? withBarrier(lines) : lines),
    "",
  ].join("\n");
}

/** The opens and births that the first task begins with, a barrier, then the rest. */
function withBarrier(lines: readonly string[]): readonly string[] {
  const setup = new Set<string>();
  const known = new Set<string>(["P", "none"]);
  for (const line of lines.filter((it) => it.startsWith("P: "))) {
    const begun = /^P: (?:open|fork|thread) (\w+)/.exec(line);
    const others = [...line.matchAll(/ (?:target|group) (\w+)/g)].map(([, name = ""]) => name);
    if (begun === null || others.some((name) => !known.has(name))) break;
    setup.add(line);
    known.add(begun[1] ?? "");
  }
  const rest = lines.filter((line) => !setup.has(line));
  return rest.length === 0 ? lines : [...setup, "barrier", ...rest];
}
