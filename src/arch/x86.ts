import { assert, asVa, err, ok, type Result } from "../base/index.ts";
import type { Access } from "./access.ts";
import type {
  Architecture,
  BpAttr,
  Installed,
  SlotRegisters,
  Verdict,
  WatchRegister,
} from "./architecture.ts";
import { HW_BREAKPOINT_RW, HW_BREAKPOINT_W, HW_BREAKPOINT_X } from "./bp-type.ts";
import { matchEach } from "./match.ts";
import { comparesEqual } from "./traps.ts";

const SLOTS = 4;
const SIZEOF_LONG = 8;
/** Four-level page tables: user space ends one page short of the 47-bit half. */
const TASK_SIZE_MAX = (1n << 47n) - 4096n;
/** One entry of the top page table: the CPU entry area, where a #DB would recurse. */
const CPU_ENTRY_AREA = { first: 0xffff_fe00_0000_0000n, last: 0xffff_fe7f_ffff_ffffn };
/** AMD's address masks have 32 bits, the longest range that is a power of two then 2 GB. */
const LONGEST_MASKED = 2 ** 31;

export interface X86Features {
  /** AMD's breakpoint extension: any aligned power of two instead of 8 bytes at most. */
  readonly bpext: boolean;
  /** With kprobes the kernel knows which of its instructions may trap; without, none may. */
  readonly kprobes: boolean;
}

export function x86(features: X86Features): Architecture {
  const longest = features.bpext ? LONGEST_MASKED : SIZEOF_LONG;
  return {
    name: "x86",
    title: features.bpext ? "x86-64 with AMD's breakpoint extension" : "x86-64",
    slots: { data: SLOTS, inst: SLOTS, shared: true },
    readOnlyWatch: false,
    data: { trap: "after", stepOver: "nothing", counts: "at-trap" },
    execute: { trap: "before", stepOver: "resume-flag", counts: "at-trap" },
    dataLengths: Array.from({ length: Math.log2(longest) + 1 }, (_, power) => 2 ** power),
    alignment: "the address must be a multiple of the length",
    executeLength: SIZEOF_LONG,
    executeAlignment: 1,
    stringStep: 1,
    zeroLine: 0,
    alignsVectors: false,
    quirks: [
      "reads cannot be watched alone: a read watch counts writes too",
      "a data trap comes after the access: the reported instruction is the next one",
      "a string copy traps for every iteration, so one copy_to_user of 8 bytes counts 8 times",
      "the registers compare in every mode: what must not count is dropped after the trap is paid for",
    ],
    archParse: (attr) => archParse(features, attr),
    inKernelSpace,
    encode,
    decode,
    traps: comparesEqual,
    accessMatches,
    // Each register that compares equal has its bit in DR6, and each such bit is an event.
    matchSlots: (slots, access) => matchEach(accessMatches, slots, access),
    longestFrom: (address, limit) => longestFrom(address, Math.min(limit, longest)),
  };
}

/** kernel: arch_build_bp_info(), then the alignment check of hw_breakpoint_arch_parse(). */
function archParse(features: X86Features, attr: BpAttr): Result<Installed> {
  const { bpAddr, bpLen, bpType } = attr;
  const last = BigInt.asUintN(64, bpAddr + BigInt(bpLen) - 1n);
  if (last < bpAddr) return err("EINVAL");
  if (last >= CPU_ENTRY_AREA.first && bpAddr <= CPU_ENTRY_AREA.last) return err("EINVAL");

  if (bpType === HW_BREAKPOINT_X) {
    if (bpAddr >= TASK_SIZE_MAX && !features.kprobes) return err("EINVAL");
    return bpLen === SIZEOF_LONG ? ok(installed(attr, 1)) : err("EINVAL");
  }
  if (bpType !== HW_BREAKPOINT_W && bpType !== HW_BREAKPOINT_RW) return err("EINVAL");

  const length = BigInt(bpLen);
  if ((length & (length - 1n)) !== 0n || bpAddr % length !== 0n) return err("EINVAL");
  if (bpLen > SIZEOF_LONG && !features.bpext) return err("EOPNOTSUPP");
  return ok(installed(attr, bpLen));
}

/** The registers compare in every mode. The core drops what exclude_user and its like exclude. */
function installed({ bpAddr, bpType }: BpAttr, length: number): Installed {
  const range = { first: bpAddr, last: asVa(bpAddr + BigInt(length) - 1n) };
  const watched = {
    loads: bpType === HW_BREAKPOINT_RW,
    stores: bpType !== HW_BREAKPOINT_X,
    executes: bpType === HW_BREAKPOINT_X,
    user: true,
    kernel: true,
  };
  const register = { ...range, ...watched, hypervisor: true };
  return { ...range, ...watched, length, bpType, register, rounded: range };
}

/** Aligned ranges do not straddle the border; of a masked one the kernel, too, looks at its start. */
function inKernelSpace({ first }: Installed): boolean {
  return first >= TASK_SIZE_MAX;
}

/** How many bytes from `address` on one register takes: the largest aligned power of two. */
function longestFrom(address: bigint, limit: number): number {
  let length = 1;
  while (length * 2 <= limit && address % BigInt(length * 2) === 0n) length *= 2;
  return length;
}

/**
 * DR7, of which slot n has these bits. LE (8) is not used, bit 10 reads 1, GD (13) is never set.
 *
 *     19+4n  18+4n | 17+4n  16+4n |      9     | 1+2n |  2n
 *          LEN     |     R/W      |  GE, exact |  G   |   L
 */
const DR_GLOBAL_ENABLE = 0b10;
const DR_GLOBAL_SLOWDOWN = 0x200;
const RW = { execute: 0b00, write: 0b01, readWrite: 0b11 } as const;
/** The LEN field for 1, 2, 4 and 8 bytes: 8 was added last and took the gap. */
const LEN_FIELD: Readonly<Record<number, number>> = { 1: 0b00, 2: 0b01, 4: 0b11, 8: 0b10 };
const LEN_BYTES = [1, 2, 8, 4] as const;

/** kernel: encode_dr7(), with what goes into DRn and DRn_ADDR_MASK. */
function encode(register: WatchRegister, slot: number): SlotRegisters {
  assert(slot >= 0 && slot < SLOTS, `x86 has no slot ${slot}`);
  const length = Number(register.last - register.first) + 1;
  const rw = register.executes ? RW.execute : register.loads ? RW.readWrite : RW.write;
  // A masked range is programmed as one byte of which the low address bits do not matter.
  const field = ((LEN_FIELD[length] ?? 0) << 2) | rw;

  const control = (field << (16 + 4 * slot)) | (DR_GLOBAL_ENABLE << (2 * slot));
  return {
    address: register.first,
    control: (control | DR_GLOBAL_SLOWDOWN) >>> 0,
    mask: length > SIZEOF_LONG ? length - 1 : 0,
  };
}

/** kernel: decode_dr7(). Takes a slot's own share or all of DR7, and either enable bit for on. */
function decode({ address, control, mask }: SlotRegisters, slot: number) {
  if (((control >>> (2 * slot)) & 0b11) === 0) return undefined;
  const field = (control >>> (16 + 4 * slot)) & 0xf;
  const length = Math.max(LEN_BYTES[field >> 2] ?? 1, mask + 1);
  const rw = field & 0b11;
  return {
    first: asVa(address),
    last: asVa(address + BigInt(length) - 1n),
    loads: rw === RW.readWrite,
    stores: rw === RW.readWrite || rw === RW.write,
    executes: rw === RW.execute,
    user: true,
    kernel: true,
    hypervisor: true,
  };
}

function accessMatches(bp: Installed, access: Access): Verdict {
  return comparesEqual(bp.register, access) ? "hit" : "none";
}
