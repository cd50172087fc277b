import type { Die } from "./die.ts";
import {
  DW_AT_bit_offset,
  DW_AT_bit_size,
  DW_AT_byte_size,
  DW_AT_data_bit_offset,
  DW_AT_data_member_location,
  DW_AT_declaration,
  DW_AT_external,
  DW_TAG_class_type,
  DW_TAG_inheritance,
  DW_TAG_member,
  DW_TAG_structure_type,
  DW_TAG_union_type,
  DW_TAG_variant_part,
} from "./dwarf-constants.ts";
import { unqualified } from "./type-name.ts";
import { sizeOf } from "./type-size.ts";
import { variantsOf } from "./variant-type.ts";

/** A member of a struct, class or union, or a base class: both have a place in it. */
export interface Field {
  /** Undefined of a base class and of an anonymous struct or union. */
  readonly name: string | undefined;
  readonly die: Die;
  readonly type: Die | undefined;
  /** In bytes from the start of what it is a member of. */
  readonly offset: number;
  /** Of a bit field, in the bytes from `offset` on, from the lowest bit. */
  readonly bits: { readonly offset: number; readonly size: number } | undefined;
}

const AGGREGATES = new Set([DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type]);
const BITS = 8;
/** Of anonymous structs and base classes in each other. */
const MAX_DEPTH = 8;

export function isAggregate(type: Die): boolean {
  return AGGREGATES.has(type.tag);
}

/**
 * Its own members and base classes, in the order of the source, and the variants of a Rust enum, of
 * which it is one; static members are variables.
 */
export function fieldsOf(aggregate: Die): Field[] {
  return [...aggregate.children()].flatMap((die) => {
    const { tag } = die;
    if (tag === DW_TAG_variant_part) {
      return variantsOf(die).flatMap(({ member }) => fieldOf(member, false) ?? []);
    }
    if (tag !== DW_TAG_member && tag !== DW_TAG_inheritance) return [];
    if (die.has(DW_AT_external) || die.has(DW_AT_declaration)) return [];
    const field = fieldOf(die, tag === DW_TAG_inheritance);
    return field === undefined ? [] : [field];
  });
}

/** Undefined of a virtual base class: each object has it somewhere else. */
function fieldOf(die: Die, isBase: boolean): Field | undefined {
  const type = unqualified(die.type()) === undefined ? undefined : die.type();
  const name = isBase ? undefined : die.name;
  const bitSize = die.size(DW_AT_bit_size);
  if (bitSize !== undefined) return { name, die, type, ...bitPlace(die, bitSize) };
  const offset = die.size(DW_AT_data_member_location);
  if (offset === undefined && die.has(DW_AT_data_member_location)) return undefined;
  return { name, die, type, offset: offset ?? 0, bits: undefined };
}

/** DWARF 4 counts bits from the start; before, from the highest bit of a storage unit. */
function bitPlace(die: Die, size: number) {
  const fromStart = die.size(DW_AT_data_bit_offset) ?? oldBitOffset(die, size);
  const offset = Math.floor(fromStart / BITS);
  return { offset, bits: { offset: fromStart - offset * BITS, size } };
}

function oldBitOffset(die: Die, size: number): number {
  const start = (die.size(DW_AT_data_member_location) ?? 0) * BITS;
  const unit = (die.size(DW_AT_byte_size) ?? sizeOf(die.type())) * BITS;
  const fromTop = die.size(DW_AT_bit_offset);
  return fromTop === undefined ? start : start + unit - fromTop - size;
}

/** A member by its name, through anonymous structs, unions and base classes. */
export function findField(aggregate: Die, name: string, depth = 0): Field | undefined {
  const fields = fieldsOf(aggregate);
  const own = fields.find((it) => it.name === name);
  if (own !== undefined || depth > MAX_DEPTH) return own;
  for (const outer of fields) {
    const inner = unqualified(outer.type);
    if (outer.name !== undefined || inner === undefined || !isAggregate(inner)) continue;
    const found = findField(inner, name, depth + 1);
    if (found !== undefined) return { ...found, offset: outer.offset + found.offset };
  }
  return undefined;
}

/** The names that may stand behind the dot. */
export function fieldNames(aggregate: Die, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  return fieldsOf(aggregate).flatMap(({ name, type }) => {
    if (name !== undefined) return [name];
    const inner = unqualified(type);
    return inner === undefined || !isAggregate(inner) ? [] : fieldNames(inner, depth + 1);
  });
}
