/**
 * The architectures' breakpoints: registers, what they accept, which access they match, and how to
 * cover a range of bytes with the fewest of them. It knows nothing of the kernel's accounting.
 */
import type { Architecture, ArchName } from "./architecture.ts";
import { arm64 } from "./arm64.ts";
import { powerpc } from "./powerpc.ts";
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
export { type Arm64Features, arm64 } from "./arm64.ts";
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
export { matchAccess } from "./match.ts";
export { type PowerpcFeatures, powerpc } from "./powerpc.ts";
export type { Refusal } from "./refusal.ts";
export type { Span } from "./split.ts";
export { type X86Features, x86 } from "./x86.ts";

/** Each architecture as its commonest machine has it, by the names that scenarios use. */
export const ARCHITECTURES: Readonly<Record<ArchName, Architecture>> = {
  x86: x86({ bpext: false, kprobes: false }),
  "powerpc-dabr": powerpc(
    { dawr: false, arch31: false },
    {
      name: "powerpc-dabr",
      title: "powerpc with a DABR (POWER7 and before)",
      slots: { data: 1, inst: 0, shared: false },
    },
  ),
  "powerpc-dawr": powerpc(
    { dawr: true, arch31: false },
    {
      name: "powerpc-dawr",
      title: "powerpc with a DAWR (POWER8)",
      slots: { data: 1, inst: 0, shared: false },
    },
  ),
  "powerpc-p10": powerpc(
    { dawr: true, arch31: true },
    {
      name: "powerpc-p10",
      title: "powerpc with two DAWRs (Power10)",
      slots: { data: 2, inst: 0, shared: false },
    },
  ),
  arm64: arm64({ breakpoints: 6, watchpoints: 4 }),
};

/** The architecture of that name. Undefined: the name is nobody's. */
export function architectureOf(name: string): Architecture | undefined {
  return Object.values(ARCHITECTURES).find((arch) => arch.name === name);
}

/**
 * The architecture of a computer, by what Node calls it and by the flags of its processor as
 * /proc/cpuinfo lists them. Undefined: Trapline cannot watch there. Kernel code is taken to be
 * watchable, for only opening a breakpoint shows whether it is.
 */
export function hostArchitecture(
  nodeArch: string,
  cpuFlags: readonly string[] = [],
): Architecture | undefined {
  switch (nodeArch) {
    case "x64":
      return x86({ bpext: cpuFlags.includes("bpext"), kprobes: true });
    case "arm64":
      return ARCHITECTURES.arm64;
    case "ppc64":
      return ARCHITECTURES["powerpc-dawr"];
    default:
      return undefined;
  }
}
