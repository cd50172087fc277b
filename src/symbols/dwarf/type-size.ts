import { arrayCounts } from "./array-counts.ts";
import type { Die } from "./die.ts";
import {
  DW_AT_byte_size,
  DW_AT_signature,
  DW_TAG_array_type,
  DW_TAG_pointer_type,
  DW_TAG_ptr_to_member_type,
  DW_TAG_reference_type,
  DW_TAG_rvalue_reference_type,
} from "./dwarf-constants.ts";

const MAX_DEPTH = 32;
const POINTERS = new Set([
  DW_TAG_pointer_type,
  DW_TAG_reference_type,
  DW_TAG_rvalue_reference_type,
  DW_TAG_ptr_to_member_type,
]);

/** In bytes; 0 where the type does not say: void, a flexible array, a struct only declared. */
export function sizeOf(type: Die | undefined, depth = 0): number {
  if (type === undefined || depth > MAX_DEPTH) return 0;
  const own = type.size(DW_AT_byte_size);
  if (own !== undefined) return own;
  const { tag } = type;
  if (POINTERS.has(tag)) return addressSize(type);
  const inner = sizeOf(type.type() ?? type.reference(DW_AT_signature), depth + 1);
  if (tag !== DW_TAG_array_type) return inner; // typedefs, const and volatile
  return arrayCounts(type).reduce((size, count) => size * count, inner);
}

/** Of the unit that the entry is in. */
export function addressSize(die: Die): number {
  const unit = new BigUint64Array(die.raw.length);
  const sizes = new Uint8Array(2);
  const found = die.lib.dwarfDiecu(die.raw, unit, sizes.subarray(0, 1), sizes.subarray(1));
  return found === 0 ? 8 : (sizes[0] ?? 8);
}
