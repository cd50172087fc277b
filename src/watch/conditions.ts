import { asPid } from "../base/index.ts";
import {
  type CodeExtent,
  type FunctionCode,
  functionCode,
  kernelFunctionCode,
} from "../symbols/index.ts";
import { type Bound, bind } from "./condition/bind.ts";
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
  readonly functions: ReadonlyMap<string, readonly CodeExtent[]>;
  /** What a reader of the result should know of them. */
  readonly notes: readonly string[];
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
  return named.every(({ name }) => pids.every((pid) => functionCode(asPid(pid), queryOf(name)).ok));
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
  const all = new Map<string, readonly CodeExtent[]>();
  const notes = new Set<string>();
  const fitted = (
    expression: Expression | undefined,
    of: (name: string, column: number) => string,
  ) => {
    if (expression === undefined) return spots.map(() => undefined);
    for (const { name, column } of functionsOf(expression)) {
      const { extents, meanings } = codeIn(name, pids, of(name, column));
      all.set(name, extents);
      if (meanings.length > 1) notes.add(`${name} means each of ${meanings.join(", ")}`);
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
    notes: [...notes],
  };
}

/** The functions that lie elsewhere in this process now, or nowhere: it runs another program. */
export function movedFunctions({ functions }: Conditions, pid: number): readonly string[] {
  return [...functions]
    .filter(([name, ranges]) => {
      const now = functionCode(asPid(pid), queryOf(name));
      return !now.ok || !samePlaces(now.value.extents, ranges);
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
function codeIn(name: string, pids: readonly number[], at: string): FunctionCode {
  const query = queryOf(name);
  const ofKernel = pids.length === 0 ? kernelFunctionCode(query) : undefined;
  if (ofKernel?.ok === true) return ofKernel.value;
  const [first, ...others] = pids.map((pid) => {
    const found = functionCode(asPid(pid), query);
    if (found.ok) return found.value;
    const problem = nameProblem(name, pid, found.error).replace(/^watch /, "");
    throw new WatchError("target", `${at}: ${problem}`);
  });
  if (first === undefined) {
    const remedy = "only the kernel's are known without a process: name one with -p";
    throw new WatchError("usage", `${at}: no function of the kernel is named ${name}: ${remedy}`);
  }
  if (others.every((it) => samePlaces(it.extents, first.extents))) return first;
  const remedy = "watch them one at a time";
  throw new WatchError("usage", `${at}: ${name} is not at one place in all processes: ${remedy}`);
}

function samePlaces(a: readonly CodeExtent[], b: readonly CodeExtent[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ start, end }, i) => start === b[i]?.start && end === b[i]?.end)
  );
}

/** `libfoo.so:f` is f of libfoo.so; `ns::f` is not. */
function queryOf(text: string): { readonly object?: string; readonly name: string } {
  const match = /^([^:]+):([^:].*)$/.exec(text);
  const [, object, name] = match ?? [];
  return object === undefined || name === undefined ? { name: text } : { object, name };
}
