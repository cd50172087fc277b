import { assert } from "../base/index.ts";
import { DONE, NULL, procedure } from "../machine/index.ts";
import { putCtx, removeFromContext } from "./ctx-sched.ts";
import { EVENT_FUNCTION, eventFunctionCall } from "./event-function.ts";
import { totalCount, totalSamples } from "./event-read.ts";
import { DETACH, PERF_EVENT_STATE } from "./event-state.ts";
import { putEvent } from "./free-event.ts";
import type { Kernel } from "./kernel.ts";

/**
 * kernel: perf_remove_from_context(). The caller holds ctx->mutex. A context that is scheduled in
 * nowhere can be changed from here; else its processor is asked.
 */
export const perfRemoveFromContext = procedure("perf_remove_from_context", ["event", "how"], {
  locked(k: Kernel, f) {
    const ctx = k.event.ctx.get(f.event);
    if (k.ctx.isActive.get(ctx) === 0) {
      removeFromContext(k, f.event, ctx, f.how);
      return DONE;
    }
    const args = [f.event, EVENT_FUNCTION.remove, f.how];
    return k.machine.call(eventFunctionCall, args, "done");
  },
  done: () => DONE,
});

/** kernel: perf_remove_from_owner(). */
export const perfRemoveFromOwner = procedure("perf_remove_from_owner", ["event", "owner"], {
  lock(k: Kernel, f) {
    f.owner = k.event.owner.get(f.event);
    if (f.owner === NULL) return DONE;
    return k.machine.lock(k.thread.perfEventMutex, f.owner) ? "unlink" : "WAIT";
  },
  unlink(k, f) {
    k.event.owner.set(f.event, NULL);
    k.unlock(k.thread.perfEventMutex, f.owner);
    return DONE;
  },
});

/** kernel: perf_event_release_kernel(). The last descriptor and mapping are gone. */
export const perfEventReleaseKernel = procedure(
  "perf_event_release_kernel",
  ["event", "ctx", "child"],
  {
    noteCount(k: Kernel, f) {
      for (let handle = 0; handle < k.program.handles.length; handle++) {
        if (k.user.eventOf.get(1, handle) !== f.event) continue;
        k.user.lastCount.set(1, totalCount(k, f.event), handle);
        k.user.lastSamples.set(1, totalSamples(k, f.event), handle);
        k.user.eventOf.set(1, NULL, handle);
      }
      return k.machine.call(perfRemoveFromOwner, [f.event], "lockCtx");
    },

    lockCtx(k, f) {
      f.ctx = k.event.ctx.get(f.event);
      return k.machine.lock(k.ctx.mutex, f.ctx) ? "remove" : "WAIT";
    },

    remove: (k, f) => k.machine.call(perfRemoveFromContext, [f.event, DETACH.dead], "unlockCtx"),

    unlockCtx(k, f) {
      k.unlock(k.ctx.mutex, f.ctx);
      f.ctx = NULL;
      if (k.lacks("Z30")) return k.machine.call(putEvent, [f.event], "done");
      return "lockChildren";
    },

    lockChildren(k, f) {
      return k.machine.lock(k.event.childMutex, f.event) ? "firstChild" : "WAIT";
    },

    // The child's context must be locked before the list, so let go of the list and look again.
    firstChild(k, f) {
      f.child = k.event.childList.next(f.event, 0);
      if (f.child !== NULL) {
        f.ctx = k.event.ctx.get(f.child);
        k.ctx.refs.add(f.ctx, 1);
      }
      k.unlock(k.event.childMutex, f.event);
      return f.child === NULL ? "putSelf" : "lockChildCtx";
    },

    lockChildCtx: (k, f) => (k.machine.lock(k.ctx.mutex, f.ctx) ? "lockChildrenAgain" : "WAIT"),

    lockChildrenAgain: (k, f) => (k.machine.lock(k.event.childMutex, f.event) ? "recheck" : "WAIT"),

    recheck(k, f) {
      if (k.event.childList.next(f.event, 0) !== f.child) {
        f.child = NULL;
        return "unlockChild";
      }
      const args = [f.child, DETACH.plain];
      return k.machine.call(perfRemoveFromContext, args, "collect");
    },

    collect(k, f) {
      k.event.childList.remove(f.event, f.child);
      return "unlockChild";
    },

    unlockChild(k, f) {
      k.unlock(k.event.childMutex, f.event);
      k.unlock(k.ctx.mutex, f.ctx);
      const isGone = f.child === NULL;
      if (isGone && !k.lacks("Z31b")) k.ctx.woken.set(f.ctx, 1);
      putCtx(k, f.ctx);
      if (isGone) f.ctx = NULL;
      return isGone ? "lockChildren" : "freeChild";
    },

    // The kernel collects the children first and frees them afterwards; each is out of reach by now.
    freeChild: (k, f) => k.machine.call(putEvent, [f.child], "wakeFork"),

    // A fork that fails waits for the event to be gone.
    wakeFork(k, f) {
      if (k.ctx.record.isLive(f.ctx)) k.ctx.woken.set(f.ctx, 1);
      f.ctx = NULL;
      return "lockChildren";
    },

    putSelf: (k, f) => k.machine.call(putEvent, [f.event], "done"),
    done: () => DONE,
  },
);

/** kernel: fput(). A descriptor or a mapping goes, and with the last one the event. */
export const closeFile = procedure("perf_release", ["event"], {
  drop(k: Kernel, f) {
    if (k.event.files.add(f.event, -1) > 0) return DONE;
    assert(k.event.state.get(f.event) !== PERF_EVENT_STATE.dead, "an event is closed once");
    return k.machine.call(perfEventReleaseKernel, [f.event], "done");
  },
  done: () => DONE,
});
