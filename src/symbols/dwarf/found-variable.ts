import type { Image } from "../image.ts";
import type { NameFailure } from "../named-address.ts";
import type { Die } from "./die.ts";
import { qualifiedName } from "./die-names.ts";
import { DW_TAG_subprogram } from "./dwarf-constants.ts";
import { sourceOf } from "./entry-source.ts";
import { strip } from "./read-type.ts";
import { sizeOf } from "./type-size.ts";
import { type VariablePlace, variablePlace } from "./variable-place.ts";

/** A variable or a function of a process. */
export interface FoundVariable {
  readonly address: bigint;
  /** In bytes; 0 where nothing says. */
  readonly size: number;
  /** Undefined without debug info, and of functions. */
  readonly type: Die | undefined;
  readonly isFunction: boolean;
  /** With its scopes. */
  readonly name: string;
  readonly image: Image;
  /** Where it is declared: `conn.c:12`. */
  readonly source: string | undefined;
}

export type FindFailure =
  | { readonly kind: "name"; readonly failure: NameFailure }
  | { readonly kind: "several"; readonly found: readonly FoundVariable[] }
  /** It exists and cannot be watched. */
  | { readonly kind: "nowhere"; readonly reason: string };

/** Of more variables of one name nobody wants to know where they are. */
export const MAX_FOUND = 64;

/** What an entry describes; `own` is its address as the linker numbers them. */
export function foundAt(die: Die, own: bigint, image: Image): FoundVariable {
  const isFunction = die.tag === DW_TAG_subprogram;
  const type = isFunction ? undefined : die.type();
  return {
    address: own + image.bias,
    size: isFunction ? 1 : sizeOf(strip(type)),
    type,
    isFunction,
    name: qualifiedName(die) ?? "",
    image,
    source: sourceOf(die),
  };
}

/** Where a variable is, or where a function begins. */
export function placeOf(die: Die, bias: bigint): VariablePlace {
  return die.tag === DW_TAG_subprogram ? entryOf(die, bias) : variablePlace(die, bias);
}

/** Inlined functions have entries without code. */
function entryOf(die: Die, bias: bigint): VariablePlace {
  const address = new BigUint64Array(1);
  if (die.lib.dwarfEntrypc(die.raw, address) !== 0) return { kind: "declared" };
  return { kind: "static", address: (address[0] ?? 0n) + bias };
}

/** Each address once; those whose whole name was given before those of which it is the end. */
export function best(found: readonly FoundVariable[], name: string): FoundVariable[] {
  const once = [...new Map(found.map((it) => [it.address, it])).values()];
  const exact = once.filter((it) => it.name === name);
  return exact.length > 0 ? exact : once;
}
