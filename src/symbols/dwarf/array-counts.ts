import type { Die } from "./die.ts";
import {
  DW_AT_count,
  DW_AT_upper_bound,
  DW_TAG_enumeration_type,
  DW_TAG_subrange_type,
} from "./dwarf-constants.ts";

const NO_BOUND = 0xffff_ffff_ffff_ffffn;

/** How many elements each dimension has, outermost first; 0 where the type does not say. */
export function arrayCounts(array: Die): number[] {
  return [...array.children()]
    .filter(({ tag }) => tag === DW_TAG_subrange_type || tag === DW_TAG_enumeration_type)
    .map(countOf);
}

function countOf(range: Die): number {
  const count = range.size(DW_AT_count);
  if (count !== undefined) return count;
  const last = range.unsigned(DW_AT_upper_bound);
  // GCC writes -1, in as many bits as it likes, for an array of no elements.
  if (last === undefined || last === NO_BOUND || last === 0xffff_ffffn) return 0;
  return last < BigInt(Number.MAX_SAFE_INTEGER) ? Number(last) + 1 : 0;
}
