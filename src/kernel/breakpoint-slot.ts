import { slotClass } from "../arch/index.ts";
import type { Errno } from "../base/index.ts";
import { NULL, Violation } from "../machine/index.ts";
import { KERNEL_BASE, MODES, PER_TASK } from "./address-space.ts";
import { HANDLER } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
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

/** kernel: reserve_bp_slot(). Undefined when the slot is taken. */
export function reserveBpSlot(k: Kernel, event: number): Errno | undefined {
  const type = k.event.bpType.get(event);
  if (type === 0 || type === 7) return "EINVAL";
  const reserved = k.slots.reserve(pinnedOf(k, event, type));
  if (!reserved.ok) return reserved.error;
  k.event.holdsSlot.set(event, 1);
  return undefined;
}

/** kernel: release_bp_slot(), less the hook of the architecture. */
export function releaseBpSlot(k: Kernel, event: number): void {
  if (k.event.holdsSlot.get(event) === 0)
    throw new Violation("double-free", `event ${event} gives back a slot that it does not hold`);
  k.event.holdsSlot.set(event, 0);
  k.slots.release(pinnedOf(k, event, k.event.bpType.get(event)));
}

/** kernel: modify_bp_slot(). In one lock hold, so that nobody else can take the old slot. */
export function modifyBpSlot(k: Kernel, event: number, newType: number): Errno | undefined {
  const oldType = k.event.bpType.get(event);
  k.slots.release(pinnedOf(k, event, oldType));
  const reserved = newType === 0 ? undefined : k.slots.reserve(pinnedOf(k, event, newType));
  if (reserved?.ok === true) return undefined;
  k.slots.toggle(pinnedOf(k, event, oldType), 1);
  return reserved === undefined ? "EINVAL" : reserved.error;
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
    if (it === event || !record.isLive(it) || holdsSlot.get(it) === 0) continue;
    if (bpAddr.get(it) >= KERNEL_BASE || isPtrace(k, it) === isPtrace(k, event)) continue;
    if (areCompared(k, event, it) && overlaps(k, event, it)) return true;
  }
  return false;
}

function isPtrace(k: Kernel, event: number): boolean {
  return k.event.handler.get(event) === HANDLER.ptrace;
}

function areCompared(k: Kernel, event: number, other: number): boolean {
  const { target, cpu } = k.event;
  if (target.get(event) === target.get(other)) return true;
  if (isPtrace(k, event)) return cpu.get(other) >= 0;
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
  if (k.lacks("Z20") && isExcluded(k, event)) return "ENOSPC";
  return registerPerfHwBreakpoint(k, event);
}
