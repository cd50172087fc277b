import { DONE, procedure } from "../machine/index.ts";
import { EVENT_FUNCTION, eventFunctionCall } from "./event-function.ts";
import { PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { failure } from "./outcome.ts";
import { checkPeriod, checkSwitched } from "./promises.ts";
import { closeFile } from "./release.ts";
import { eventByName, finish, stepOf } from "./user-program.ts";

/** kernel: _perf_event_enable() and _perf_event_disable(), for one event under ctx->mutex. */
const switchEvent = procedure("_perf_event_enable", ["event", "on"], {
  checkState(k: Kernel, f) {
    const state = k.event.state.get(f.event);
    if (f.on === 0 && state <= PERF_EVENT_STATE.off) return DONE;
    if (f.on !== 0) {
      if (state >= PERF_EVENT_STATE.inactive || state < PERF_EVENT_STATE.error) return DONE;
      if (state === PERF_EVENT_STATE.error) k.event.state.set(f.event, PERF_EVENT_STATE.off);
    }
    const func = f.on === 0 ? EVENT_FUNCTION.disable : EVENT_FUNCTION.enable;
    return k.machine.call(eventFunctionCall, [f.event, func, 0], "done");
  },
  done: () => DONE,
});

/**
 * kernel: perf_event_for_each_child(). Enables (1), disables (0) or resets (2) an event and all that
 * were inherited from it. The caller holds the event's ctx->mutex.
 */
export const forEachChild = procedure("perf_event_for_each_child", ["event", "what", "it"], {
  lockChildren(k: Kernel, f) {
    if (!k.machine.lock(k.event.childMutex, f.event)) return "WAIT";
    f.it = f.event;
    return "apply";
  },
  apply(k, f) {
    if (f.what === 2) {
      k.event.count.set(f.it, 0);
      return "next";
    }
    return k.machine.call(switchEvent, [f.it, f.what], "next");
  },
  next(k, f) {
    checkSwitched(k, f.it, f.what);
    const after = f.it === f.event ? 0 : f.it;
    f.it = k.event.childList.next(f.event, after);
    return f.it === 0 ? "unlock" : "apply";
  },
  unlock(k, f) {
    k.unlock(k.event.childMutex, f.event);
    return DONE;
  },
});

const SWITCHES: Readonly<Record<string, number>> = { disable: 0, enable: 1, reset: 2, refresh: 1 };

/** kernel: perf_ioctl(), for what needs the event's context to stand still. */
export const perfIoctl = procedure("perf_ioctl", ["event", "ctx", "member", "word"], {
  find(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    if (!("event" in op)) return finish(k, failure("EINVAL"));
    f.event = eventByName(k, k.machine.self, op.event);
    if (f.event === 0) return finish(k, failure("EBADF"));
    k.event.files.add(f.event, 1); // fdget(): another thread may close the descriptor meanwhile
    return "lockCtx";
  },

  // perf_event_ctx_lock(): the descriptor keeps the event, the event keeps its context.
  lockCtx(k, f) {
    f.ctx = k.event.ctx.get(f.event);
    return k.machine.lock(k.ctx.mutex, f.ctx) ? "act" : "WAIT";
  },

  act(k, f) {
    const { op } = stepOf(k, k.machine.self);
    if (op.kind === "period") {
      const value = op.value;
      const refused = k.event.samplePeriod.get(f.event) === 0 || value <= 0 || value >= 2 ** 63;
      if (refused) return unlockAndPut(k, f, failure("EINVAL"));
      const args = [f.event, EVENT_FUNCTION.period, value];
      return k.machine.call(eventFunctionCall, args, "done");
    }
    if (op.kind === "refresh") {
      const refused = k.hasFlag(f.event, "inherit") || k.event.samplePeriod.get(f.event) === 0;
      if (refused) return unlockAndPut(k, f, failure("EINVAL"));
      k.event.eventLimit.add(f.event, op.value);
      // _perf_event_refresh() knows no children: an inherited event cannot get here.
      return k.machine.call(switchEvent, [f.event, 1], "done");
    }
    f.member = f.event;
    if ("group" in op && op.group) f.member = k.event.groupLeader.get(f.event) || f.event;
    return k.machine.call(forEachChild, [f.member, SWITCHES[op.kind] ?? 0], "nextOfGroup");
  },

  nextOfGroup(k, f) {
    const { op } = stepOf(k, k.machine.self);
    if (!("group" in op) || op.group !== true) return unlockAndPut(k, f, 0);
    const leader = k.event.groupLeader.get(f.event) || f.event;
    const { events } = k.ctx;
    let it = events.next(f.ctx, f.member === leader ? 0 : f.member);
    while (it !== 0 && (it === leader || k.event.groupLeader.get(it) !== leader))
      it = events.next(f.ctx, it);
    if (it === 0) return unlockAndPut(k, f, 0);
    f.member = it;
    return k.machine.call(forEachChild, [it, SWITCHES[op.kind] ?? 0], "nextOfGroup");
  },

  done(k, f) {
    checkPeriod(k, f.event, stepOf(k, k.machine.self).op);
    return unlockAndPut(k, f, 0);
  },
  finished: (k, f) => finish(k, f.word),
});

function unlockAndPut(k: Kernel, f: { event: number; ctx: number; word: number }, word: number) {
  k.unlock(k.ctx.mutex, f.ctx);
  f.word = word;
  return k.machine.call(closeFile, [f.event], "finished");
}
