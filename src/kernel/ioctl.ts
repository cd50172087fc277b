import { DONE, procedure, Violation } from "../machine/index.ts";
import { EVENT_FUNCTION, eventFunctionCall } from "./event-function.ts";
import { HANDLER, PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { EOF, failure, POLL_TIMEOUT, POLLHUP, POLLIN } from "./outcome.ts";
import { signalIndex } from "./signal-names.ts";
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
export const perfIoctl = procedure("perf_ioctl", ["event", "ctx", "member"], {
  find(k: Kernel, f) {
    const { op } = stepOf(k, k.machine.self);
    if (!("event" in op)) return finish(k, failure("EINVAL"));
    f.event = eventByName(k, k.machine.self, op.event);
    if (f.event === 0) return finish(k, failure("EBADF"));
    return "lockCtx";
  },

  // perf_event_ctx_lock(): the descriptor keeps the event, the event keeps its context.
  lockCtx(k, f) {
    f.ctx = k.event.ctx.get(f.event);
    return k.machine.lock(k.ctx.mutex, f.ctx) ? "act" : "WAIT";
  },

  act(k, f) {
    const { op } = stepOf(k, k.machine.self);
    if (op.kind === "period") return period(k, f.event, op.value, f.ctx);
    if (op.kind === "refresh") {
      const refused = k.hasFlag(f.event, "inherit") || k.event.samplePeriod.get(f.event) === 0;
      if (refused) return unlockAndFinish(k, f.ctx, failure("EINVAL"));
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
    if (!("group" in op) || op.group !== true) return unlockAndFinish(k, f.ctx, 0);
    const leader = k.event.groupLeader.get(f.event) || f.event;
    const { events } = k.ctx;
    let it = events.next(f.ctx, f.member === leader ? 0 : f.member);
    while (it !== 0 && (it === leader || k.event.groupLeader.get(it) !== leader))
      it = events.next(f.ctx, it);
    if (it === 0) return unlockAndFinish(k, f.ctx, 0);
    f.member = it;
    return k.machine.call(forEachChild, [it, SWITCHES[op.kind] ?? 0], "nextOfGroup");
  },

  done: (k, f) => unlockAndFinish(k, f.ctx, 0),
});

function period(k: Kernel, event: number, value: number, ctx: number) {
  const refused = k.event.samplePeriod.get(event) === 0 || value <= 0 || value >= 2 ** 63;
  if (refused) return unlockAndFinish(k, ctx, failure("EINVAL"));
  return k.machine.call(eventFunctionCall, [event, EVENT_FUNCTION.period, value], "done");
}

function unlockAndFinish(k: Kernel, ctx: number, word: number) {
  k.unlock(k.ctx.mutex, ctx);
  return finish(k, word);
}

/** kernel: perf_read(), and what else only looks. One step, for nothing of it changes anything. */
export const perfLook = procedure("perf_read", [], {
  look(k: Kernel) {
    const { op } = stepOf(k, k.machine.self);
    if (!("event" in op)) return finish(k, failure("EINVAL"));
    const event = eventByName(k, k.machine.self, op.event);
    if (event === 0) return finish(k, failure("EBADF"));
    switch (op.kind) {
      case "read":
        if (k.event.state.get(event) === PERF_EVENT_STATE.error) return finish(k, EOF);
        return finish(k, readCount(k, event));
      case "samples":
        return finish(k, totalSamples(k, event));
      case "poll":
        return finish(k, poll(k, event));
      case "mmap":
        if (k.hasFlag(event, "inherit") && k.event.cpu.get(event) < 0)
          return finish(k, failure("EINVAL"));
        k.event.mapped.add(event, 1);
        k.event.files.add(event, 1);
        return finish(k, 0);
      case "attach-bpf":
        k.event.handler.set(event, HANDLER.bpf);
        return finish(k, 0);
      case "async":
        k.event.fasyncSignal.set(event, signalIndex(op.signal) + 1);
        k.event.fasyncOwner.set(event, k.machine.self);
        return finish(k, 0);
      default:
        return finish(k, failure("ENOSYS"));
    }
  },
});

/** kernel: perf_poll(). Without a ring there is nothing to wait for, nor when the target is gone. */
function poll(k: Kernel, event: number): number {
  if (k.event.mapped.get(event) === 0) return POLLHUP;
  if (k.event.state.get(event) <= PERF_EVENT_STATE.exit) return POLLHUP;
  return k.event.samples.get(event) > 0 ? POLLIN : POLL_TIMEOUT;
}

/** kernel: perf_read_group(), __perf_read_group_add(): the children's groups must be the same. */
function readCount(k: Kernel, event: number): number {
  if (!k.hasFlag(event, "readsGroup")) return totalCount(k, event);
  const { childList } = k.event;
  for (let it = childList.next(event, 0); it !== 0; it = childList.next(event, it)) {
    if (siblingsOf(k, it) === siblingsOf(k, event)) continue;
    if (k.lacks("Z38")) throw new Violation("out-of-bounds", "a child's group is a smaller one");
    return failure("ECHILD");
  }
  return totalCount(k, event);
}

function siblingsOf(k: Kernel, leader: number): number {
  const { events } = k.ctx;
  const ctx = k.event.ctx.get(leader);
  let siblings = 0;
  for (let it = events.next(ctx, 0); it !== 0; it = events.next(ctx, it)) {
    if (k.event.groupLeader.get(it) === leader) siblings++;
  }
  return siblings;
}

/** kernel: perf_event_read_value(). The event, its living children, and those that have exited. */
export function totalCount(k: Kernel, event: number): number {
  let total = k.event.count.get(event) + k.event.childCount.get(event);
  const { childList } = k.event;
  for (let it = childList.next(event, 0); it !== 0; it = childList.next(event, it))
    total += k.event.count.get(it);
  return total;
}

export function totalSamples(k: Kernel, event: number): number {
  let total = k.event.samples.get(event);
  const { childList } = k.event;
  for (let it = childList.next(event, 0); it !== 0; it = childList.next(event, it))
    total += k.event.samples.get(it);
  return total;
}
