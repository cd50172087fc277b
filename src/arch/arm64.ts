import { asVa, err, ok, type Result, type Va } from "../base/index.ts";
import { type Access, contains } from "./access.ts";
import {
  type Architecture,
  type BpAttr,
  type Installed,
  NO_MATCH,
  type SlotMatches,
  type SlotRegisters,
  type Slots,
  slotMatch,
  type Verdict,
  type WatchRegister,
} from "./architecture.ts";
import { HW_BREAKPOINT_R, HW_BREAKPOINT_RW, HW_BREAKPOINT_W, HW_BREAKPOINT_X } from "./bp-type.ts";
import { matchEach } from "./match.ts";
import { comparesEqual } from "./traps.ts";

/** A watchpoint selects among these bytes, a breakpoint is one instruction of these. */
const WINDOW = 8;
const INSTRUCTION = 4;
/** 48-bit user addresses, the usual configuration. */
const TASK_SIZE_MAX = 1n << 48n;

export interface Arm64Features {
  /** Registers for instructions and for data: 2 to 16 each, as the core's ID register says. */
  readonly breakpoints: number;
  readonly watchpoints: number;
  /** As in older kernels: a range that leaves its window is cut off there in silence, not refused. */
  readonly truncates?: boolean;
  /** As before fdfeff0f9e3d (2016): an address outside every range is nobody's hit. */
  readonly exactOnly?: boolean;
  /** The core reports where an access begins, watched or not. */
  readonly reportsStart?: boolean;
  /** As before 24ebec25fb27 (2020): what the kernel does to user memory is reported as a hit. */
  readonly reportsUaccess?: boolean;
}

export function arm64(features: Arm64Features): Architecture {
  return {
    name: "arm64",
    title: "arm64",
    slots: { data: features.watchpoints, inst: features.breakpoints, shared: false },
    readOnlyWatch: true,
    data: { trap: "before", stepOver: "single-step", counts: "at-trap" },
    execute: { trap: "before", stepOver: "single-step", counts: "at-trap" },
    dataLengths: Array.from({ length: WINDOW }, (_, index) => index + 1),
    alignment: "the range must lie in one aligned window of 8 bytes",
    executeLength: INSTRUCTION,
    executeAlignment: INSTRUCTION,
    stringStep: 0,
    zeroLine: 64,
    alignsVectors: false,
    quirks: [
      "kernel addresses can be watched per CPU only, not per task",
      "the reported address may lie outside every range: then the closest one counts",
      "what the kernel does to user memory for a system call is stepped over, uncounted",
      "all user watchpoints are off while one is stepped over",
    ],
    archParse: (attr) => archParse(features, attr),
    inKernelSpace: (installed) => installed.register.kernel,
    encode,
    decode,
    traps,
    accessMatches: (bp, access) => accessMatches(features, bp, access),
    matchSlots: (slots, access) =>
      access.kind === "fetch"
        ? matchEach(breakpointReport, slots, access)
        : watchpointSlots(features, slots, access),
    longestFrom: (address, limit) => Math.min(limit, WINDOW - Number(address % BigInt(WINDOW))),
  };
}

const TYPES = [HW_BREAKPOINT_R, HW_BREAKPOINT_W, HW_BREAKPOINT_RW, HW_BREAKPOINT_X];

/** kernel: hw_breakpoint_arch_parse(), for 64-bit tasks. */
function archParse(features: Arm64Features, attr: BpAttr): Result<Installed> {
  const { bpAddr, bpType, perTask = false } = attr;
  if (!TYPES.includes(bpType)) return err("EINVAL");
  if (!Number.isInteger(attr.bpLen) || attr.bpLen < 1 || attr.bpLen > 8) return err("EINVAL");

  const executes = bpType === HW_BREAKPOINT_X;
  const wanted = executes ? INSTRUCTION : attr.bpLen; // perf says sizeof(long), and is put right
  const room = WINDOW - Number(bpAddr % BigInt(executes ? INSTRUCTION : WINDOW));
  if (wanted > room && features.truncates !== true) return err("EINVAL");
  const length = Math.min(wanted, room);

  const end = BigInt.asUintN(64, bpAddr + BigInt(wanted) - 1n);
  const inKernel = bpAddr >= TASK_SIZE_MAX && end >= TASK_SIZE_MAX;
  if (inKernel && perTask) return err("EINVAL");

  const range = { first: bpAddr, last: asVa(bpAddr + BigInt(length) - 1n) };
  const kinds = {
    loads: (bpType & HW_BREAKPOINT_R) !== 0,
    stores: (bpType & HW_BREAKPOINT_W) !== 0,
    executes,
  };
  const register = { ...range, ...kinds, user: !inKernel, kernel: inKernel, hypervisor: false };
  // Which mode counts is the core's affair: the registers and the handler know addresses only.
  const watched = { ...range, ...kinds, user: true, kernel: true };
  return ok({ ...watched, length, bpType, register, rounded: range });
}

/** The kernel touches user memory with unprivileged instructions, which compare as the user's do. */
function traps(register: WatchRegister, access: Access): boolean {
  const asUser = access.mode === "user" || access.uaccess;
  return (asUser ? register.user : register.kernel) && comparesEqual(register, access);
}

/** Alone, a range is its own closest one. */
function accessMatches(features: Arm64Features, bp: Installed, access: Access): Verdict {
  if (!traps(bp.register, access)) return "none";
  if (access.kind === "fetch") return "hit";
  const inexact = features.exactOnly === true && !contains(bp.register, access.fault);
  return inexact ? "none" : report(features, bp, access);
}

/** kernel: watchpoint_report(). A user range that the kernel touches is stepped over, no more. */
function report(features: Arm64Features, bp: Installed, access: Access): Verdict {
  if (features.reportsUaccess === true) return "hit";
  const uaccess = access.mode === "kernel" && bp.register.user;
  return uaccess ? "extraneous" : "hit";
}

/** kernel: breakpoint_handler(). */
function breakpointReport(bp: Installed, access: Access): Verdict {
  return comparesEqual(bp.register, access) ? "hit" : "none";
}

/**
 * kernel: watchpoint_handler(). It knows the reported address and whether it was a write. Every
 * range that has the address is reported; if none has it, the closest one, the first of equals.
 */
function watchpointSlots(features: Arm64Features, slots: Slots, access: Access): SlotMatches {
  const isWrite = reportsWrite(slots, access);
  const fault = features.reportsStart === true ? access.fault : reportedAddress(slots, access);
  let matches = NO_MATCH;
  let closest = -1;
  let closestDistance = 0n;
  for (let slot = 0; slot < slots.length; slot++) {
    const bp = slots[slot];
    if (bp === undefined || !(isWrite ? bp.stores : bp.loads)) continue;
    if (contains(bp.register, fault)) {
      matches |= slotMatch(slot, report(features, bp, access));
    } else if (matches === NO_MATCH) {
      const distance = distanceTo(bp.register, fault);
      if (closest >= 0 && distance >= closestDistance) continue;
      closest = slot;
      closestDistance = distance;
    }
  }
  const bp = features.exactOnly === true ? undefined : slots[closest];
  return matches !== NO_MATCH || bp === undefined
    ? matches
    : slotMatch(closest, report(features, bp, access));
}

/**
 * FAR. A core may report any address from the access's first to the last watched one in it. Here it is the
 * first byte that the access and the first register that traps have in common, as with QEMU's cores.
 */
function reportedAddress(slots: Slots, access: Access): Va {
  const { fault, first } = access;
  const trapped = slots.find((bp) => bp !== undefined && traps(bp.register, access));
  if (fault !== first || trapped === undefined) return fault;
  return contains(trapped.register, first) ? first : trapped.register.first;
}

/** ESR's WnR bit. An atomic counts as a read as soon as its read alone would have trapped. */
function reportsWrite(slots: Slots, access: Access): boolean {
  if (access.kind !== "rmw") return access.kind === "store";
  return !slots.some((bp) => bp?.loads === true && traps(bp.register, access));
}

/** kernel: get_distance_from_watchpoint(), for an address outside. */
function distanceTo(range: WatchRegister, address: bigint): bigint {
  return address < range.first ? range.first - address : address - range.last;
}

const ENABLE = 1;
const PRIVILEGE = { el1: 0b01, el0: 0b10 } as const;
const LOAD = 0b01;
const STORE = 0b10;

/**
 * kernel: encode_ctrl_reg(). BCR for instructions, WCR for data; BVR and WVR have the window.
 *
 *     12 .. 5 | 4     | 3    | 2 .. 1    | 0
 *       BAS   | store | load | privilege | enable        neither load nor store: BCR
 */
function encode(register: WatchRegister): SlotRegisters {
  const window = BigInt(register.executes ? INSTRUCTION : WINDOW);
  const offset = Number(register.first % window);
  const length = Number(register.last - register.first) + 1;
  const bas = ((1 << length) - 1) << offset;
  const kinds = (register.loads ? LOAD : 0) | (register.stores ? STORE : 0);
  const privilege = register.kernel ? PRIVILEGE.el1 : PRIVILEGE.el0;
  const control = (bas << 5) | (kinds << 3) | (privilege << 1) | ENABLE;
  return { address: register.first - BigInt(offset), control, mask: 0 };
}

/** kernel: decode_ctrl_reg(). */
function decode({ address, control }: SlotRegisters): WatchRegister | undefined {
  if ((control & ENABLE) === 0) return undefined;
  const bas = (control >>> 5) & 0xff;
  const kinds = control >>> 3;
  const kernel = ((control >>> 1) & 0b11) === PRIVILEGE.el1;
  return {
    first: asVa(address + BigInt(31 - Math.clz32(bas & -bas))),
    last: asVa(address + BigInt(31 - Math.clz32(bas))),
    loads: (kinds & LOAD) !== 0,
    stores: (kinds & STORE) !== 0,
    executes: (kinds & (LOAD | STORE)) === 0,
    user: !kernel,
    kernel,
    hypervisor: false,
  };
}
