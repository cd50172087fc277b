import { asVa, err, ok, type Pid, type Result, type Va } from "../../base/index.ts";
import { LoadedProcess } from "../loaded-process.ts";
import type { NameFailure } from "../named-address.ts";
import { Evaluator, type Followed, Refused } from "./evaluator.ts";
import { formatExpression } from "./expression.ts";
import { libdw } from "./libdw.ts";
import { parseExpression } from "./parse-expression.ts";
import type { TypeDesc } from "./type-desc.ts";
import { descOf } from "./typed-place.ts";
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

/** Finds what an expression names in a live process, without stopping it. */
export function resolveExpression(
  pid: Pid,
  query: PlaceQuery,
  { proc = "/proc" }: { readonly proc?: string } = {},
): Result<NamedPlace, PlaceFailure> {
  const loaded = LoadedProcess.open(pid, proc);
  if (!loaded.ok) return err({ kind: "name", failure: loaded.error });
  using process = loaded.value;
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
    return ok({
      address: asVa(place.address),
      length: place.size,
      type: place.type === undefined ? undefined : descOf(place.type),
      untyped: place.type === undefined && !evaluator.isFunction ? untyped(evaluator) : undefined,
      name: expression === undefined ? text : formatExpression(expression),
      isFunction: evaluator.isFunction,
      followed: evaluator.followed,
    });
  } catch (error) {
    if (error instanceof Refused) return err(error.failure);
    throw error;
  }
}

function untyped({ image }: Evaluator): string | undefined {
  if (libdw() === undefined) return "no libdw: ELF symbols";
  const problem = image?.object.dwarf()?.problem;
  if (image === undefined || problem === undefined) return undefined;
  const { name } = image.object;
  return problem.kind === "broken"
    ? `the debug info of ${name} is broken (${problem.what}): ELF symbols`
    : `no debug info in ${name}: ELF symbols`;
}
