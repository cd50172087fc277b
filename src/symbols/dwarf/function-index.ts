import type { Unit } from "./debug-object.ts";
import type { Die } from "./die.ts";
import {
  DW_TAG_class_type,
  DW_TAG_inlined_subroutine,
  DW_TAG_lexical_block,
  DW_TAG_module,
  DW_TAG_namespace,
  DW_TAG_structure_type,
  DW_TAG_subprogram,
} from "./dwarf-constants.ts";
import { byStart, spanAt } from "./unit-index.ts";

interface FunctionSpan {
  readonly start: bigint;
  readonly end: bigint;
  readonly die: Die;
}

/** What may hold functions: of C++ and Rust they lie in namespaces and types. */
const HOLDERS = new Set([
  DW_TAG_namespace,
  DW_TAG_module,
  DW_TAG_structure_type,
  DW_TAG_class_type,
]);

/** What lies in functions and may hold functions. */
const NESTING = new Set([DW_TAG_subprogram, DW_TAG_lexical_block, DW_TAG_inlined_subroutine]);

/** The functions of one unit by their code. libdw would search the whole unit for each address. */
export class FunctionIndex {
  readonly #unit: Unit;
  readonly #outer: readonly FunctionSpan[];
  #all: readonly FunctionSpan[] | undefined;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.#outer = functionsIn(unit.die, { nested: false });
  }

  functionAt(address: bigint): Die | undefined {
    return (spanAt(this.#outer, address) ?? this.#nestedAt(address))?.die;
  }

  /** Lambdas, and C functions inside functions, are entries inside other functions' entries. */
  #nestedAt(address: bigint): FunctionSpan | undefined {
    this.#all ??= functionsIn(this.#unit.die, { nested: true });
    return spanAt(this.#all, address);
  }
}

/**
 * The function that holds `address`, and what is inlined there: innermost first, the function itself
 * last.
 */
export function inlinedAt(outer: Die, address: bigint): Die[] {
  const chain = [outer];
  let inner = innerScope(outer, address);
  while (inner !== undefined) {
    if (inner.tag === DW_TAG_inlined_subroutine) chain.unshift(inner);
    inner = innerScope(inner, address);
  }
  return chain;
}

function innerScope(scope: Die, address: bigint): Die | undefined {
  const cursor = scope.child();
  if (cursor === undefined) return undefined;
  do {
    const { tag } = cursor;
    const isScope = tag === DW_TAG_inlined_subroutine || tag === DW_TAG_lexical_block;
    if (isScope && cursor.contains(address)) return cursor;
  } while (cursor.advance());
  return undefined;
}

interface Search {
  /** Also inside functions, which takes a walk over nearly all entries. */
  readonly nested: boolean;
}

function functionsIn(parent: Die, how: Search): FunctionSpan[] {
  const spans: FunctionSpan[] = [];
  collect(parent, how, spans);
  return byStart(spans);
}

function collect(parent: Die, how: Search, spans: FunctionSpan[]): void {
  const cursor = parent.child();
  if (cursor === undefined) return;
  do {
    const { tag } = cursor;
    if (tag === DW_TAG_subprogram) {
      for (const range of cursor.ranges()) spans.push({ ...range, die: cursor.copy() });
    }
    if (HOLDERS.has(tag) || (how.nested && NESTING.has(tag))) collect(cursor, how, spans);
  } while (cursor.advance());
}
