import { assert, type Errno } from "../base/index.ts";
import { DONE, procedure } from "../machine/index.ts";
import {
  hwBreakpointParse,
  modifyBpSlot,
  releaseBpSlot,
  reserveBpSlot,
  setInstalled,
  slotsAreLocked,
} from "./breakpoint-slot.ts";
import { EVENT_FUNCTION, eventFunctionCall } from "./event-function.ts";
import { PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import type { ModifySpec } from "./op.ts";
import { failure } from "./outcome.ts";
import { checkModified } from "./promises.ts";
import { closeFile } from "./release.ts";
import { eventByName, finish, stepOf } from "./user-program.ts";

/** What may change in a breakpoint event, as it is to be. */
export interface NewBreakpoint {
  readonly addr: number;
  readonly len: number;
  readonly type: number;
  readonly disabled: boolean;
  /** Something else is different, too, and that may not change. */
  readonly otherChange: boolean;
}

/**
 * kernel: modify_user_hw_breakpoint_check(), with the event disabled. A refusal leaves everything as
 * it was; success replaces the architecture's part as a whole, run-time state in it included.
 */
export function modifyBreakpoint(k: Kernel, event: number, to: NewBreakpoint): Errno | undefined {
  const invalid = hwBreakpointParse(k, event, to);
  if (invalid !== undefined) return invalid;
  if (to.otherChange) return "EINVAL";
  if (k.event.bpType.get(event) !== to.type) {
    const refused = modifyBpSlot(k, event, to.type);
    if (refused !== undefined) return refused;
  }
  k.event.bpAddr.set(event, to.addr);
  k.event.bpLen.set(event, to.len);
  k.event.bpType.set(event, to.type);
  k.event.disabled.set(event, to.disabled ? 1 : 0);
  setInstalled(k, event, to);
  k.event.perfSingleStep.set(event, 0);
  k.event.extraneous.set(event, 0);
  return undefined;
}

/** kernel: _ioctl's PERF_EVENT_IOC_MODIFY_ATTRIBUTES → perf_event_modify_attr(). */
export const perfEventModify = procedure(
  "perf_event_modify_attr",
  ["event", "ctx", "it", "error"],
  {
    find(k: Kernel, f) {
      const { op } = stepOf(k, k.machine.self);
      assert(op.kind === "modify", "perf_event_modify_attr() is for modify");
      f.event = eventByName(k, k.machine.self, op.event);
      if (f.event === 0) return finish(k, failure("EBADF"));
      if (op.changes.flags.includes("bad-pointer")) return finish(k, failure("EFAULT"));
      k.event.files.add(f.event, 1); // fdget(): another thread may close the descriptor meanwhile
      return "lockCtx";
    },

    lockCtx(k, f) {
      f.ctx = k.event.ctx.get(f.event);
      return k.machine.lock(k.ctx.mutex, f.ctx) ? "lockChildren" : "WAIT";
    },

    lockChildren(k, f) {
      if (!k.machine.lock(k.event.childMutex, f.event)) return "WAIT";
      k.warnOn(k.ctx.parentCtx.get(f.ctx) !== 0, "an original event in a cloned context");
      f.it = f.event;
      return "disable";
    },

    // sig_data changes first, and stays so whatever becomes of the rest.
    disable(k, f) {
      const { sigData } = changesOf(k);
      if (sigData !== undefined) k.event.sigData.set(f.it, sigData);
      if (k.event.state.get(f.it) <= PERF_EVENT_STATE.off) return "change";
      const args = [f.it, EVENT_FUNCTION.disable, 0];
      return k.machine.call(eventFunctionCall, args, "change");
    },

    change(k, f) {
      if (slotsAreLocked(k, f.it)) {
        k.machine.lock(k.thread.perfEventMutex, k.event.target.get(f.it));
        return "WAIT";
      }
      const refused = modifyBreakpoint(k, f.it, newBreakpoint(k, f.it));
      f.error = refused === undefined ? 0 : failure(refused);
      if (k.event.disabled.get(f.it) !== 0) return "next";
      const args = [f.it, EVENT_FUNCTION.enable, 0];
      return k.machine.call(eventFunctionCall, args, "next");
    },

    next(k, f) {
      f.it = k.event.childList.next(f.event, f.it === f.event ? 0 : f.it);
      return f.it === 0 || f.error !== 0 ? "unlock" : "disable";
    },

    unlock(k, f) {
      checkModified(k, f, changesOf(k));
      k.unlock(k.event.childMutex, f.event);
      k.unlock(k.ctx.mutex, f.ctx);
      return k.machine.call(closeFile, [f.event], "finished");
    },
    finished: (k, f) => finish(k, f.error),
  },
);

function changesOf(k: Kernel): ModifySpec {
  const { op } = stepOf(k, k.machine.self);
  assert(op.kind === "modify", "perf_event_modify_attr() is for modify");
  return op.changes;
}

function newBreakpoint(k: Kernel, event: number): NewBreakpoint {
  const { type, place, len, flags, raw } = changesOf(k);
  const { bpAddr, bpLen, bpType, disabled } = k.event;
  const rawAddr = raw.find((it) => it.field === "bp_addr")?.value;
  const others = flags.filter((flag) => flag !== "disabled" && flag !== "enabled");
  const isDisabled =
    flags.includes("disabled") || (disabled.get(event) !== 0 && !flags.includes("enabled"));
  return {
    addr: rawAddr ?? (place === undefined ? bpAddr.get(event) : k.space.addressOf(place)),
    len: len ?? bpLen.get(event),
    type: type ?? bpType.get(event),
    disabled: isDisabled,
    otherChange:
      others.length > 0 || raw.some((it) => it.field !== "bp_addr") || hasDrifted(k, event),
  };
}

/**
 * What the kernel itself has changed in the event's attributes, by an ioctl or an exec, differs from
 * the attributes that the caller has kept since it opened the event.
 */
function hasDrifted(k: Kernel, event: number): boolean {
  const { op } = stepOf(k, k.machine.self);
  assert(op.kind === "modify", "perf_event_modify_attr() is for modify");
  const opened = k.source.steps.findLast(
    ({ action }) => action.kind === "open" && action.event === op.event,
  )?.action;
  if (opened?.kind !== "open") return false;
  const { flags, freq, period } = opened.spec;
  if (flags.includes("enable-on-exec") !== k.hasFlag(event, "enableOnExec")) return true;
  return freq === 0 && (op.changes.period ?? period) !== k.event.samplePeriod.get(event);
}

/** kernel: modify_user_hw_breakpoint(), for the kernel's own events such as ptrace's. */
export const modifyUserHwBreakpoint = procedure(
  "modify_user_hw_breakpoint",
  ["event", "addr", "len", "type", "disabled", "error"],
  {
    disable(k: Kernel, f) {
      if (k.event.state.get(f.event) <= PERF_EVENT_STATE.off) return "change";
      const args = [f.event, EVENT_FUNCTION.disable, 0];
      return k.machine.call(eventFunctionCall, args, "change");
    },

    change(k, f) {
      if (slotsAreLocked(k, f.event)) {
        k.machine.lock(k.thread.perfEventMutex, k.event.target.get(f.event));
        return "WAIT";
      }
      if (k.lacks("Z14")) {
        releaseBpSlot(k, f.event);
        return "takeSlotAgain";
      }
      return "write";
    },

    // As before: in the meantime anybody else could take the slot.
    takeSlotAgain(k, f) {
      const refused = reserveBpSlot(k, f.event);
      return refused === undefined ? "write" : k.machine.ret(failure(refused));
    },

    write(k, f) {
      const to = { addr: f.addr, len: f.len, type: f.type, disabled: f.disabled !== 0 };
      if (k.lacks("Z10") && f.disabled !== 0) return DONE; // the new address is lost
      if (k.lacks("Z9")) {
        // Written before it is looked at, and not taken back.
        k.event.bpAddr.set(f.event, f.addr);
        setInstalled(k, f.event, to);
      }
      const refused = modifyBreakpoint(k, f.event, { ...to, otherChange: false });
      f.error = refused === undefined ? 0 : failure(refused);
      if (k.event.disabled.get(f.event) !== 0) return "done";
      const args = [f.event, EVENT_FUNCTION.enable, 0];
      return k.machine.call(eventFunctionCall, args, "done");
    },

    done: (k, f) => k.machine.ret(f.error),
  },
);
