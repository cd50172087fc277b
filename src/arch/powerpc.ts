import { asVa, err, ok, type Result, type Va } from "../base/index.ts";
import { type Access, alignDown, alignUp, contains, overlaps } from "./access.ts";
import type { Architecture, BpAttr, Installed, Verdict, WatchRegister } from "./architecture.ts";
import { HW_BREAKPOINT_R, HW_BREAKPOINT_RW, HW_BREAKPOINT_W } from "./bp-type.ts";
import { matchEach } from "./match.ts";
import { dabr, dawr, dawrBytes } from "./powerpc-registers.ts";
import { watchesKind } from "./traps.ts";

const DOUBLE_WORD = 8;
const QUAD_WORD = 16;
const DABR_MAX_LEN = 8;
const DAWR_MAX_LEN = 512;
/** A range before Power10 lies in one block of this size. */
const BLOCK = 512;
/** Where the kernel's half of the 64-bit address space begins. */
const PAGE_OFFSET = 0xc000_0000_0000_0000n;

export interface PowerpcFeatures {
  /** The register is a DAWR, of up to 64 double words, instead of a DABR, of one. */
  readonly dawr: boolean;
  /** Power10 and later (the kernel's CPU_FTR_ARCH_31): ranges may cross a 512-byte boundary. */
  readonly arch31: boolean;
  /** As before cd6ef7eebf17 (2018): the boundary was tested for every 1024 bytes only. */
  readonly wideBlock?: boolean;
  /** As before b57aeab811db (2019): an unaligned range was armed without its last double word. */
  readonly unrounded?: boolean;
  /** As before 27985b2a640e (2019): only the reported address told a hit from an extraneous trap. */
  readonly judgedByFault?: boolean;
}

export function powerpc(
  features: PowerpcFeatures,
  who: Pick<Architecture, "name" | "title" | "slots">,
): Architecture {
  const longest = features.dawr ? DAWR_MAX_LEN : DABR_MAX_LEN;
  const judge = (bp: Installed, access: Access) => checkConstraints(features, bp, access);
  const traps = (it: WatchRegister, access: Access) => comparesEqual(features, it, access);
  return {
    ...who,
    readOnlyWatch: true,
    data: { trap: "before", stepOver: "single-step", counts: "after-step" },
    execute: undefined,
    dataLengths: Array.from({ length: longest }, (_, index) => index + 1),
    alignment: alignmentOf(features),
    executeLength: 0,
    executeAlignment: 1,
    stringStep: 0,
    zeroLine: 128,
    alignsVectors: true,
    quirks: quirksOf(features),
    archParse: (attr) => archParse(features, attr),
    inKernelSpace: (installed) => installed.first >= PAGE_OFFSET,
    ...(features.dawr ? dawr : dabr),
    traps,
    accessMatches: (bp, access) => (traps(bp.register, access) ? judge(bp, access) : "none"),
    matchSlots: (slots, access) => matchEach(judge, slots, access),
    longestFrom: (address, limit) => Math.min(limit, longest - offsetIn(features, address)),
  };
}

/** kernel: hw_breakpoint_arch_parse(). Types that also execute pass it; the core has no slot for X. */
function archParse(features: PowerpcFeatures, attr: BpAttr): Result<Installed> {
  const { bpAddr, bpType } = attr;
  if (attr.bpLen === 0 || (bpType & HW_BREAKPOINT_RW) === 0) return err("EINVAL");

  const length = u16(BigInt(attr.bpLen)); // as the kernel keeps it: a length of 65544 becomes 8
  const first = alignDown(bpAddr, DOUBLE_WORD);
  const rounded = { first, last: u64(alignUp(bpAddr + BigInt(length), DOUBLE_WORD) - 1n) };
  if (features.dawr && !features.arch31) {
    const block = features.wideBlock === true ? 2 * BLOCK : BLOCK;
    if (alignDown(first, block) !== alignDown(rounded.last, block)) return err("EINVAL");
  }
  const hwLen = u16(rounded.last - first + 1n);
  if (hwLen > (features.dawr ? DAWR_MAX_LEN : DABR_MAX_LEN)) return err("EINVAL");

  const watched = {
    loads: (bpType & HW_BREAKPOINT_R) !== 0,
    stores: (bpType & HW_BREAKPOINT_W) !== 0,
    executes: false,
    user: attr.excludeUser !== true,
    kernel: attr.excludeKernel !== true,
  };
  const armed = { ...watched, first, hypervisor: attr.excludeHv !== true };
  const programmed = features.unrounded === true ? length : hwLen;
  const register = features.dawr
    ? { ...armed, last: lastCompared(features, first, programmed) }
    : strayBits(bpAddr, { ...armed, last: asVa(first + BigInt(DABR_MAX_LEN - 1)) });
  const last = u64(bpAddr + BigInt(length) - 1n);
  return ok({ ...watched, first: bpAddr, last, length, bpType, register, rounded });
}

/** Before Power10 the comparison ends with the block that it begins in. */
function lastCompared({ arch31 }: PowerpcFeatures, first: Va, length: number): Va {
  const last = asVa(first + BigInt(dawrBytes(length) - 1));
  const blockEnd = asVa(alignDown(first, BLOCK) + BigInt(BLOCK - 1));
  return arch31 || last < blockEnd ? last : blockEnd;
}

/**
 * kernel: set_dabr() adds the type bits to the address as it was given, so the low bits of an
 * address that is no multiple of 8 arm the register for loads (1) and stores (2) as well.
 */
function strayBits(address: Va, register: WatchRegister): WatchRegister {
  const low = Number(address % BigInt(DOUBLE_WORD));
  const loads = register.loads || (low & 1) !== 0;
  const stores = register.stores || (low & 2) !== 0;
  return { ...register, loads, stores };
}

/** The hardware: whole double words, and whole quad words for 16-byte accesses before Power10. */
function comparesEqual(features: PowerpcFeatures, register: WatchRegister, access: Access) {
  const inMode = access.mode === "user" ? register.user : register.kernel;
  if (!inMode || !watchesKind(register, access.kind)) return false;
  return overlapsGranules(features, register, access);
}

function overlapsGranules(
  features: PowerpcFeatures,
  range: { readonly first: Va; readonly last: Va },
  access: Access,
): boolean {
  if (features.arch31 || access.size !== QUAD_WORD) return overlaps(range, access);
  const first = alignDown(range.first, QUAD_WORD);
  const last = asVa(alignUp(range.last + 1n, QUAD_WORD) - 1n);
  return overlaps({ first, last }, access);
}

/** kernel: wp_check_constraints(). One event, in a trap that may have been another's. */
function checkConstraints(features: PowerpcFeatures, bp: Installed, access: Access): Verdict {
  const { form } = access;
  if (features.judgedByFault === true) return contains(bp, access.fault) ? "hit" : "extraneous";
  const faultIsNear = !features.arch31 || contains(bp.rounded, access.fault);
  if (form === "unreadable") return faultIsNear ? "hit" : "none";
  if (!passesDawrx(bp, access)) return "none";
  if (form === "unknown") return faultIsNear ? "hit" : "none";

  if (overlaps(bp, access)) return "hit";
  return overlapsGranules(features, bp.rounded, access) ? "extraneous" : "none";
}

/** kernel: check_dawrx_constraints(). An instruction of unknown kind is let pass. */
function passesDawrx(bp: Installed, { form, kind, mode }: Access): boolean {
  if (form !== "unknown" && !watchesKind(bp, kind)) return false;
  return mode === "user" ? bp.user : bp.kernel;
}

/** How much of the longest range an address loses by where it lies. */
function offsetIn({ dawr, arch31 }: PowerpcFeatures, address: bigint): number {
  return Number(address % BigInt(dawr && !arch31 ? BLOCK : DOUBLE_WORD));
}

function alignmentOf({ dawr, arch31 }: PowerpcFeatures): string {
  if (!dawr) return "the range must lie in one aligned double word";
  if (!arch31) return "the range must lie in one aligned block of 512 bytes";
  return "the range, rounded out to double words, must not be longer than 512 bytes";
}

function quirksOf({ dawr, arch31 }: PowerpcFeatures): string[] {
  const quirks = [
    "instructions cannot be watched",
    "the register compares whole double words: an access beside the range is stepped over, uncounted",
    "the access is made twice, and is counted after the single step in between",
    "a lwarx or stwcx. that traps cannot be stepped: the event is disabled",
  ];
  if (!arch31) quirks.push("an instruction that the kernel cannot analyse counts wherever it fell");
  if (!dawr) quirks.push("an unaligned address arms the register for other accesses, too");
  return quirks;
}

function u16(value: bigint): number {
  return Number(BigInt.asUintN(16, value));
}

function u64(value: bigint): Va {
  return asVa(BigInt.asUintN(64, value));
}
