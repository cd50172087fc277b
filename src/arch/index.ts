/**
 * The architectures' breakpoints: registers, what they accept, which access they match, and how to
 * cover a range of bytes with the fewest of them. It knows nothing of the kernel's accounting.
 */
import type { Architecture, ArchName } from "./architecture.ts";
import { x86 } from "./x86.ts";

export {
  type Access,
  type AccessForm,
  type AccessKind,
  type AccessSpec,
  type ByteRange,
  type Mode,
  resolveAccess,
} from "./access.ts";
export {
  type Architecture,
  type ArchName,
  type BpAttr,
  extraneousIn,
  hitsIn,
  type Installed,
  NO_MATCH,
  type SlotMatches,
  type SlotRegisters,
  type Slots,
  type StepOver,
  type TrapRule,
  type TrapTiming,
  type Verdict,
  type WatchRegister,
} from "./architecture.ts";
export {
  HW_BREAKPOINT_EMPTY,
  HW_BREAKPOINT_INVALID,
  HW_BREAKPOINT_R,
  HW_BREAKPOINT_RW,
  HW_BREAKPOINT_W,
  HW_BREAKPOINT_X,
  type SlotClass,
  slotClass,
} from "./bp-type.ts";
export { type CoverRequest, coverRange, type Piece, type WatchMode } from "./cover.ts";
export type { Refusal } from "./refusal.ts";
export { type X86Features, x86 } from "./x86.ts";

/** Each architecture as its commonest machine has it, named as scenarios name it. */
export const ARCHITECTURES = {
  x86: x86({ bpext: false, kprobes: false }),
} as const satisfies Partial<Record<ArchName, Architecture>>;

export function architectureOf(name: ArchName): Architecture | undefined {
  return name === "x86" ? ARCHITECTURES.x86 : undefined;
}

/** The architecture of a computer, by what Node calls it. Undefined: Trapline cannot watch there. */
export function hostArchitecture(nodeArch: string): Architecture | undefined {
  return nodeArch === "x64" ? ARCHITECTURES.x86 : undefined;
}
