import { HW_BREAKPOINT_EMPTY, HW_BREAKPOINT_INVALID, slotClass } from "../arch/index.ts";
import type { Errno } from "../base/index.ts";
import { NULL, Violation } from "../machine/index.ts";
import { KERNEL_BASE, MODES, PER_TASK } from "./address-space.ts";
import { HANDLER } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { checkReserved } from "./promises.ts";
import type { Pinned } from "./slots/bp-slots.ts";
import { TYPE_DATA, TYPE_INST } from "./slots/bp-slots.ts";

/** kernel: find_slot_idx(). One pool where the registers are shared. */
export function slotType(k: Kernel, bpType: number): number {
  return k.arch.slots.shared || slotClass(bpType) === "data" ? TYPE_DATA : TYPE_INST;
}

export function pinnedOf(k: Kernel, event: number, bpType: number): Pinned {
  const { target, cpu } = k.event;
  return { target: target.get(event), cpu: cpu.get(event), type: slotType(k, bpType) };
}

/** Whether the target's mutex, under which its slots are counted, is held by somebody else. */
export function slotsAreLocked(k: Kernel, event: number): boolean {
  const target = k.event.target.get(event);
  if (target === NULL) return false;
  const holder = k.thread.perfEventMutex.get(target);
  return holder !== NULL && holder !== k.machine.self;
}

/** What `holdsSlot` says of an event. */
const HOLDS = {
  nothing: 0,
  slot: 1,
  /** And has a place among those of its CPU that powerpc compared with ptrace's. */
  slotAndPlace: 2,
} as const;

/** kernel: reserve_bp_slot(). Undefined when the slot is taken. */
export function reserveBpSlot(k: Kernel, event: number): Errno | undefined {
  return reserveLocked(k, event, k.event.bpType.get(event));
}

/** kernel: __reserve_bp_slot(). */
function reserveLocked(k: Kernel, event: number, type: number): Errno | undefined {
  if (type === HW_BREAKPOINT_EMPTY || type === HW_BREAKPOINT_INVALID) return "EINVAL";
  const excludes = k.lacks("Z20");
  if (excludes && isExcluded(k, event)) return "ENOSPC";
  const reserved = k.slots.reserve(pinnedOf(k, event, type));
  checkReserved(k, event, {
    type: slotType(k, type),
    ok: reserved.ok,
    typeOf: (it) => slotType(k, k.event.bpType.peek(it)),
  });
  if (!reserved.ok) return reserved.error;
  const hasPlace = excludes && takesPlaceOfCpu(k, event);
  k.event.holdsSlot.set(event, hasPlace ? HOLDS.slotAndPlace : HOLDS.slot);
  return undefined;
}

/** kernel: release_bp_slot(), less the hook of the architecture. */
export function releaseBpSlot(k: Kernel, event: number): void {
  if (k.event.holdsSlot.get(event) === HOLDS.nothing) releaseLostSlot(k, event);
  else k.slots.release(pinnedOf(k, event, k.event.bpType.get(event)));
  k.event.holdsSlot.set(event, HOLDS.nothing);
}

/**
 * What modifyBpSlot() has lost is given back once more. A task's breakpoints are looked for among those
 * that are counted, so that is found out; a CPU's are a number, which is one too low from then on.
 */
function releaseLostSlot(k: Kernel, event: number): void {
  const what = `event ${event} gives back a slot that it does not hold`;
  if (!k.lacks("Z20")) throw new Violation("double-free", what);
  if (k.event.target.get(event) !== NULL) k.complain(what);
  else k.slots.release(pinnedOf(k, event, k.event.bpType.get(event)));
}

/**
 * kernel: modify_bp_slot(). In one lock hold, so that nobody else can take the old slot. Yet where perf and
 * ptrace exclude each other the old slot may be refused, too: the event was moved beside the other's, which
 * nobody looked at, and now stands in its own way. It then lives on without a slot.
 */
export function modifyBpSlot(k: Kernel, event: number, newType: number): Errno | undefined {
  releaseBpSlot(k, event);
  const refused = reserveLocked(k, event, newType);
  if (refused === undefined) return undefined;
  const isLost = reserveBpSlot(k, event) !== undefined;
  if (isLost) k.complain(`event ${event} does not get back the slot that it had`);
  return refused;
}

/** kernel: hw_breakpoint_parse(). Undefined when the event can be installed as it then is. */
export function hwBreakpointParse(
  k: Kernel,
  event: number,
  attr: { readonly addr: number; readonly len: number; readonly type: number },
): Errno | undefined {
  const perTask = k.event.target.get(event) === NULL ? 0 : PER_TASK;
  const modes = (k.event.flags.get(event) & MODES) | perTask;
  const parsed = k.space.parse(attr.addr, attr.len, attr.type, modes).result;
  if (!parsed.ok) return parsed.error;
  if (!k.arch.inKernelSpace(parsed.value)) return undefined;
  if (k.hasFlag(event, "excludeKernel")) return "EINVAL";
  return k.machine.self !== NULL && k.thread.user.get(k.machine.self) !== 0 ? "EPERM" : undefined;
}

/** kernel: register_perf_hw_breakpoint(). The slot first, so that its lack is what is reported. */
export function registerPerfHwBreakpoint(k: Kernel, event: number): Errno | undefined {
  const refused = reserveBpSlot(k, event);
  if (refused !== undefined) return refused;
  const { bpAddr, bpLen, bpType } = k.event;
  const attr = { addr: bpAddr.get(event), len: bpLen.get(event), type: bpType.get(event) };
  const invalid = hwBreakpointParse(k, event, attr);
  if (invalid !== undefined) {
    releaseBpSlot(k, event);
    return invalid;
  }
  setInstalled(k, event, attr);
  return undefined;
}

export function setInstalled(
  k: Kernel,
  event: number,
  attr: { readonly addr: number; readonly len: number; readonly type: number },
): void {
  k.event.hwAddr.set(event, attr.addr);
  k.event.hwLen.set(event, attr.len);
  k.event.hwType.set(event, attr.type);
}

/**
 * kernel: arch_reserve_bp_slot() of powerpc from 2020 to 2023: perf and ptrace were not to watch the same
 * double words. Those of a task were held against each other, ptrace's against all that are of a CPU,
 * and a CPU's against those of all tasks.
 */
function isExcluded(k: Kernel, event: number): boolean {
  const { bpAddr, record, holdsSlot } = k.event;
  if (!isPtrace(k, event) && bpAddr.get(event) >= KERNEL_BASE) return false;
  for (let it = 1; it <= record.count; it++) {
    if (it === event || !record.isLive(it) || holdsSlot.get(it) === HOLDS.nothing) continue;
    if (bpAddr.get(it) >= KERNEL_BASE || isPtrace(k, it) === isPtrace(k, event)) continue;
    if (areCompared(k, event, it) && overlaps(k, event, it)) return true;
  }
  return false;
}

function isPtrace(k: Kernel, event: number): boolean {
  return k.event.handler.get(event) === HANDLER.ptrace;
}

/**
 * kernel: cpu_bps_add() of the same years. A CPU had as many places as registers. Events of tasks that take
 * turns on it may be more: those without a place are compared with their own task's alone.
 */
function takesPlaceOfCpu(k: Kernel, event: number): boolean {
  const { cpu, bpAddr, holdsSlot, record } = k.event;
  if (cpu.get(event) < 0 || bpAddr.get(event) >= KERNEL_BASE) return false;
  let taken = 0;
  for (let it = 1; it <= record.count; it++) {
    if (!record.isLive(it) || holdsSlot.get(it) !== HOLDS.slotAndPlace) continue;
    if (cpu.get(it) === cpu.get(event)) taken++;
  }
  return taken < k.dataRegisters;
}

function areCompared(k: Kernel, event: number, other: number): boolean {
  const { target, holdsSlot } = k.event;
  if (target.get(event) === target.get(other)) return true;
  if (isPtrace(k, event)) return holdsSlot.get(other) === HOLDS.slotAndPlace;
  return target.get(event) === NULL && target.get(other) !== NULL;
}

function overlaps(k: Kernel, event: number, other: number): boolean {
  const { bpAddr, bpLen } = k.event;
  const first = (it: number) => bpAddr.get(it) - (bpAddr.get(it) % DOUBLE_WORD);
  const end = (it: number) => bpAddr.get(it) + bpLen.get(it); // beyond it begins another double word
  return first(event) < end(other) && first(other) < end(event);
}

const DOUBLE_WORD = 8;

/** kernel: hw_breakpoint_event_init(). */
export function hwBreakpointEventInit(k: Kernel, event: number): Errno | undefined {
  const type = slotType(k, k.event.bpType.get(event));
  if (k.slots.slotsOf(type) === 0) return "EOPNOTSUPP";
  return registerPerfHwBreakpoint(k, event);
}
