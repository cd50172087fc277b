import type { TypeDesc } from "../../values/index.ts";
import type { Image } from "../image.ts";
import { arrayCounts } from "./array-counts.ts";
import type { Die } from "./die.ts";
import {
  DW_TAG_array_type,
  DW_TAG_pointer_type,
  DW_TAG_reference_type,
  DW_TAG_rvalue_reference_type,
} from "./dwarf-constants.ts";
import { readArrayType, readType, strip } from "./read-type.ts";
import { sizeOf } from "./type-size.ts";

/** The type of a place in memory. */
export type PlaceType =
  | {
      readonly kind: "entry";
      readonly die: Die;
      /** Dimensions of an array that have been indexed already. */
      readonly indexed: number;
      /** The object whose debug info it is from. */
      readonly image: Image;
    }
  /** One that is known without debug info, or a bit field. */
  | { readonly kind: "plain"; readonly desc: TypeDesc };

/** A place in memory, and what is there. */
export interface TypedPlace {
  readonly address: bigint;
  /** Undefined where nothing says. */
  readonly type: PlaceType | undefined;
  /** In bytes; 0 where nothing says. */
  readonly size: number;
}

export function entryPlace(address: bigint, die: Die | undefined, image: Image): TypedPlace {
  if (die === undefined) return { address, type: undefined, size: 0 };
  return { address, type: { kind: "entry", die, indexed: 0, image }, size: sizeOf(strip(die)) };
}

export function descOf(type: PlaceType): TypeDesc {
  if (type.kind === "plain") return type.desc;
  const { die, indexed } = type;
  const array = strip(die);
  if (indexed === 0 || array === undefined) return readType(die);
  return readArrayType(array, arrayCounts(array).slice(indexed));
}

/** What kind of thing it is, without typedefs and qualifiers. */
export function shapeOf(type: PlaceType | undefined): "array" | "pointer" | "reference" | "other" {
  if (type?.kind !== "entry") return "other";
  switch (strip(type.die)?.tag) {
    case DW_TAG_array_type:
      return "array";
    case DW_TAG_pointer_type:
      return "pointer";
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
      return "reference";
    default:
      return "other";
  }
}
