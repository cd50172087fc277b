/** Linux's breakpoint types, a mask: what perf_event_attr.bp_type may say. */
export const HW_BREAKPOINT_EMPTY = 0;
export const HW_BREAKPOINT_R = 1;
export const HW_BREAKPOINT_W = 2;
export const HW_BREAKPOINT_RW = 3;
export const HW_BREAKPOINT_X = 4;
export const HW_BREAKPOINT_INVALID = 7;

/** Which pool of registers a type draws from. They are one pool where `slots.shared` says so. */
export type SlotClass = "data" | "inst";

/** kernel: find_slot_idx(). Any type that reads or writes is data, the senseless ones included. */
export function slotClass(bpType: number): SlotClass {
  return (bpType & HW_BREAKPOINT_RW) === 0 ? "inst" : "data";
}
