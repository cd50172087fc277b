import type { Access } from "./access.ts";
import {
  type Architecture,
  type Installed,
  NO_MATCH,
  type SlotMatches,
  type Slots,
  slotMatch,
  type Verdict,
} from "./architecture.ts";

/** What comes of an access while all these slots are armed: nothing, if none of them traps. */
export function matchAccess(arch: Architecture, slots: Slots, access: Access): SlotMatches {
  for (const bp of slots) {
    if (bp !== undefined && arch.traps(bp.register, access)) return arch.matchSlots(slots, access);
  }
  return NO_MATCH;
}

/** The handlers that judge each slot without a look at the others. */
export function matchEach(
  judge: (bp: Installed, access: Access) => Verdict,
  slots: Slots,
  access: Access,
): SlotMatches {
  let matches = NO_MATCH;
  for (let slot = 0; slot < slots.length; slot++) {
    const bp = slots[slot];
    if (bp !== undefined) matches |= slotMatch(slot, judge(bp, access));
  }
  return matches;
}
