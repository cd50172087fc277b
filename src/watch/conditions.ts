import { asPid } from "../base/index.ts";
import { resolveName } from "../symbols/index.ts";
import { type Bound, bind, type CodeRange } from "./condition/bind.ts";
import { asksFor, type Expression, functionsOf } from "./condition/expression.ts";
import { parseCondition } from "./condition/parse.ts";
import type { ValueType } from "./condition/value-type.ts";
import type { WatchOptions } from "./options.ts";
import { nameProblem } from "./resolve-spots.ts";
import type { Spot } from "./spot.ts";
import { MOST_BYTES, valueTypeOf } from "./spot-value.ts";
import { WatchError } from "./watch-error.ts";

/** What the options say about which hits are wanted, read but not yet fitted to a watch. */
export interface Wishes {
  readonly text: string;
  readonly condition: Expression | undefined;
  readonly expected: Expression | undefined;
}

/** The conditions of each spot, by its index. */
export interface Conditions {
  readonly condition: readonly (Bound | undefined)[];
  /** Holds for hits by code that is known to write here. */
  readonly expected: readonly (Bound | undefined)[];
  /** How each spot's bytes are a number. */
  readonly types: readonly (ValueType | undefined)[];
  /** The functions that are named, and where they were found. */
  readonly functions: ReadonlyMap<string, readonly CodeRange[]>;
}

/** Reads `condition` and `unlessFrom`. Throws WatchError, pointing at the column. */
export function parseWishes({ condition, unlessFrom = [] }: WatchOptions): Wishes {
  const text = condition ?? "";
  return {
    text,
    condition: condition === undefined ? undefined : parseOne(condition),
    expected: expectedOf(unlessFrom),
  };
}

/** Whether some condition asks for the watched bytes. */
export function asksForValues({ condition }: Wishes): boolean {
  return condition !== undefined && asksFor(condition, ["value", "old"]);
}

/** Whether all functions that the conditions name can be found by now. */
export function functionsAreThere(wishes: Wishes, pids: readonly number[]): boolean {
  const named = [wishes.condition, wishes.expected].flatMap((it) =>
    it === undefined ? [] : functionsOf(it),
  );
  return named.every(({ name }) => pids.every((pid) => resolveName(asPid(pid), queryOf(name)).ok));
}

/** Fits the conditions to each spot, and looks up the functions that they name. */
export function bindWishes(
  wishes: Wishes,
  {
    spots,
    pids,
    trapsAfter,
  }: { spots: readonly Spot[]; pids: readonly number[]; trapsAfter: boolean },
): Conditions {
  const types = spots.map(valueTypeOf);
  const all = new Map<string, readonly CodeRange[]>();
  const fitted = (
    expression: Expression | undefined,
    of: (name: string, column: number) => string,
  ) => {
    if (expression === undefined) return spots.map(() => undefined);
    for (const { name, column } of functionsOf(expression)) {
      all.set(name, functionRanges(name, pids, of(name, column)));
    }
    const functions = all;
    return spots.map((spot, index) => {
      const after = trapsAfter && spot.mode !== "x";
      const binding = { value: types[index], noValue: noValue(spot), trapsAfter: after, functions };
      const bound = bind(expression, binding);
      if (bound.ok) return bound.value;
      throw columnError(wishes.text, bound.error);
    });
  };
  return {
    types,
    functions: all,
    condition: fitted(wishes.condition, (_, column) => where(wishes.text, column)),
    expected: fitted(wishes.expected, (name) => `watch --unless-from ${name}`),
  };
}

/** The functions that lie elsewhere in this process now, or nowhere: it runs another program. */
export function movedFunctions({ functions }: Conditions, pid: number): readonly string[] {
  return [...functions]
    .filter(([name, ranges]) => {
      const now = resolveName(asPid(pid), queryOf(name));
      return !now.ok || now.value.address !== ranges[0]?.start;
    })
    .map(([name]) => name);
}

function parseOne(text: string): Expression {
  const parsed = parseCondition(text);
  if (parsed.ok) return parsed.value;
  throw columnError(text, parsed.error);
}

function expectedOf(names: readonly string[]): Expression | undefined {
  const [first, ...rest] = names.map((name): Expression => ({ kind: "in", name, column: 0 }));
  if (first === undefined) return undefined;
  return rest.reduce((left, right) => ({ kind: "binary", op: "||", left, right }), first);
}

function columnError(
  text: string,
  { column, problem }: { readonly column: number; readonly problem: string },
): WatchError {
  const rest = text.slice(column);
  const what = rest === "" ? "the end" : `"${rest}"`;
  return new WatchError("usage", `${where(text, column)}: ${what}: ${problem}`);
}

function where(text: string, column: number): string {
  return `watch --if '${text}': column ${column + 1}`;
}

function noValue({ name, mode, length, type }: Spot): string {
  if (mode === "x") return `${name} is watched for execution: that has no value`;
  if (type?.kind === "float") {
    const remedy = "its address and length, without its name, compare its bits";
    return `${name} is a ${type.name}: conditions are over integers: ${remedy}`;
  }
  return `${name} has ${length} bytes: a number has at most ${MOST_BYTES}: watch a part of it`;
}

/** Where a function's code lies: the same place in all processes, or it cannot be told apart. */
function functionRanges(name: string, pids: readonly number[], at: string): readonly CodeRange[] {
  if (pids.length === 0) {
    throw new WatchError("usage", `${at}: ${name}: a function needs a process: name one with -p`);
  }
  const found = pids.map((pid) => rangesIn(pid, name, at));
  const places = new Set(found.map((ranges) => ranges.map(({ start }) => start).join()));
  const [first = []] = found;
  if (places.size <= 1) return first;
  const remedy = "watch them one at a time";
  throw new WatchError("usage", `${at}: ${name} is not at one place in all processes: ${remedy}`);
}

function rangesIn(pid: number, text: string, at: string): readonly CodeRange[] {
  const query = queryOf(text);
  const named = resolveName(asPid(pid), query);
  if (!named.ok) {
    const problem = nameProblem(text, pid, named.error).replace(/^watch /, "");
    throw new WatchError("target", `${at}: ${problem}`);
  }
  const { address, size } = named.value;
  if (size === 0) {
    throw new WatchError("target", `${at}: ${text}: its symbol has no size: its end is not known`);
  }
  const start: bigint = address;
  const hot = { start, end: start + BigInt(size) };
  // Compilers put what is seldom run of a function aside, under a name of its own.
  const cold = resolveName(asPid(pid), { ...query, name: `${query.name}.cold` });
  if (!cold.ok || cold.value.size === 0) return [hot];
  const aside: bigint = cold.value.address;
  return [hot, { start: aside, end: aside + BigInt(cold.value.size) }];
}

/** `libfoo.so:f` is f of libfoo.so; `ns::f` is not. */
function queryOf(text: string): { readonly object?: string; readonly name: string } {
  const match = /^([^:]+):([^:].*)$/.exec(text);
  const [, object, name] = match ?? [];
  return object === undefined || name === undefined ? { name: text } : { object, name };
}
