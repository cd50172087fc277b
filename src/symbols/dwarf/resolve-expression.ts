import { asVa, err, ok, type Pid, type Result, type Va } from "../../base/index.ts";
import type { TypeDesc } from "../../values/index.ts";
import { LoadedProcess } from "../loaded-process.ts";
import type { NameFailure } from "../named-address.ts";
import { problemText } from "./debug-problem.ts";
import { Evaluator } from "./evaluator.ts";
import { formatExpression } from "./expression.ts";
import { libdw } from "./libdw.ts";
import { parseExpression } from "./parse-expression.ts";
import { identityOf, PlaceCache, type Recipe } from "./place-cache.ts";
import { readProcessMemory } from "./process-memory.ts";
import { Refused } from "./refused.ts";
import type { Followed } from "./trail.ts";
import { descOf, type TypedPlace } from "./typed-place.ts";
import { VariableFinder } from "./variable-finder.ts";

/** A variable, or a part of one, in a live process. */
export interface NamedPlace {
  readonly address: Va;
  /** In bytes; 0 where nothing says. Of a bit field, the bytes that hold it. */
  readonly length: number;
  /** Undefined where there is no debug info; `untyped` then says why. */
  readonly type: TypeDesc | undefined;
  readonly untyped: string | undefined;
  /** The expression in its one spelling. */
  readonly name: string;
  /** Code, not data. */
  readonly isFunction: boolean;
  /** The pointers that were followed, and what they held: the place holds for these values. */
  readonly followed: readonly Followed[];
}

export type PlaceFailure =
  | { readonly kind: "name"; readonly failure: NameFailure }
  /** `column`, from 0 in the expression, is where it went wrong. */
  | { readonly kind: "expression"; readonly column: number; readonly problem: string };

export interface PlaceQuery {
  /** An object of the process, or a source file: `lib.so`, `conn.c`. */
  readonly object?: string;
  /** `counter`, `conn.state`, `cfg->limit`, `*(uint32_t *)0x7f00`, `@heap_ptr+16`. */
  readonly text: string;
}

/** What took longer to find is kept for the next time. */
const WORTH_KEEPING_MS = 100;

/** Finds what an expression names in a live process, without stopping it. */
export function resolveExpression(
  pid: Pid,
  query: PlaceQuery,
  { proc = "/proc" }: { readonly proc?: string } = {},
): Result<NamedPlace, PlaceFailure> {
  const loaded = LoadedProcess.open(pid, proc);
  if (!loaded.ok) return err({ kind: "name", failure: loaded.error });
  using process = loaded.value;
  const cache = new PlaceCache(process, query);
  const recipe = cache.read();
  const known = recipe === undefined ? undefined : replay(process, recipe);
  if (known !== undefined) return ok(known);

  const startedAt = performance.now();
  const evaluated = evaluate(process, query);
  if (!evaluated.ok) return evaluated;
  const { recipe: made, ...place } = evaluated.value;
  const isSlow = performance.now() - startedAt > WORTH_KEEPING_MS;
  if (made !== undefined && isSlow && place.untyped === undefined) cache.write(made);
  return ok(place);
}

interface Evaluated extends NamedPlace {
  /** Undefined of what is not in any object. */
  readonly recipe: Omit<Recipe, "version"> | undefined;
}

function evaluate(process: LoadedProcess, query: PlaceQuery): Result<Evaluated, PlaceFailure> {
  const { object, text } = query;
  const within = object === undefined ? {} : { object };
  const finder = new VariableFinder(process);
  const evaluator = new Evaluator(finder, within);
  // Symbols have names that are no expressions or other ones: `calls.0`, `memcpy@GLIBC_2.14`.
  const isSymbol = !/^[\w:]*$/.test(text) && finder.hasSymbol({ ...within, name: text });
  const parsed = isSymbol ? undefined : parseExpression(text);
  if (parsed?.ok === false) return err({ kind: "expression", ...parsed.error });
  const expression = parsed?.value;
  try {
    const place =
      expression === undefined ? evaluator.symbol(text) : evaluator.evaluate(expression);
    const { isFunction, trail } = evaluator;
    const named = {
      address: asVa(place.address),
      length: place.size,
      type: place.type === undefined ? undefined : descOf(place.type),
      untyped: place.type === undefined && !isFunction ? untyped(evaluator) : undefined,
      name: expression === undefined ? text : formatExpression(expression),
      isFunction,
      followed: [...trail.followed],
    };
    return ok({ ...named, recipe: recipeOf(evaluator, place, named) });
  } catch (error) {
    if (error instanceof Refused) return err(error.failure);
    throw error;
  }
}

function recipeOf(
  evaluator: Evaluator,
  place: TypedPlace,
  { name, length, type, isFunction }: NamedPlace,
): Omit<Recipe, "version"> | undefined {
  const { image, trail } = evaluator;
  const { start, behind, followed } = trail;
  if (image === undefined || start === undefined) return undefined;
  // Without a type the length goes by the address, and what is cast is read and not followed.
  if (type === undefined && !isFunction) return undefined;
  if (behind.length !== followed.length || image.object.elf.header.layout.word !== 8) {
    return undefined;
  }
  const follows = followed.map(({ expression }, i) => ({ expression, behind: `${behind[i]}` }));
  return {
    name,
    object: identityOf(image),
    start: `${start - image.bias}`,
    follows,
    behind: `${trail.distance(place)}`,
    length,
    type: type ?? null,
    isFunction,
  };
}

/** Undefined where it does not lead to a place: the long way then says why. */
function replay(process: LoadedProcess, recipe: Recipe): NamedPlace | undefined {
  const { name, length, type, isFunction } = recipe;
  const image = process.images.find((it) => identityOf(it) === recipe.object);
  if (image === undefined) return undefined;
  let origin = BigInt(recipe.start) + image.bias;
  const followed: Followed[] = [];
  for (const { expression, behind } of recipe.follows) {
    const bytes = readProcessMemory(process, origin + BigInt(behind), 8);
    if (bytes === undefined) return undefined;
    origin = new DataView(bytes.buffer).getBigUint64(0, true);
    if (readProcessMemory(process, origin, 1) === undefined) return undefined;
    followed.push({ expression, value: origin });
  }
  const address = asVa(BigInt.asUintN(64, origin + BigInt(recipe.behind)));
  const known = type ?? undefined;
  return { address, length, type: known, untyped: undefined, name, isFunction, followed };
}

function untyped({ image }: Evaluator): string | undefined {
  if (libdw() === undefined) return "no libdw: ELF symbols";
  const problem = image?.object.dwarf()?.problem;
  if (image === undefined || problem === undefined) return undefined;
  return `${problemText(image.object.name, problem)}: ELF symbols`;
}
