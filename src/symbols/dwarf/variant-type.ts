import type { Die } from "./die.ts";
import {
  DW_AT_discr,
  DW_AT_discr_value,
  DW_TAG_variant,
  DW_TAG_variant_part,
} from "./dwarf-constants.ts";

/** One of the variants of a Rust enum: a member, and what says that it is the one. */
export interface VariantEntry {
  readonly member: Die;
  /** Undefined of the variant that holds whatever else the discriminant is. */
  readonly discriminant: bigint | undefined;
}

/** The part of a struct that is one of several, as of Rust's enums with fields. */
export function variantPart(aggregate: Die): Die | undefined {
  return [...aggregate.children()].find(({ tag }) => tag === DW_TAG_variant_part);
}

export function variantsOf(part: Die): readonly VariantEntry[] {
  const variants = [...part.children()].filter(({ tag }) => tag === DW_TAG_variant);
  return variants.flatMap((variant) => {
    const [member] = variant.children();
    if (member === undefined) return [];
    return [{ member, discriminant: variant.constant(DW_AT_discr_value) }];
  });
}

/** The member by which variants are told apart; undefined where there is but one. */
export function discriminantOf(part: Die): Die | undefined {
  return part.reference(DW_AT_discr);
}
