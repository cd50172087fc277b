import { assert } from "../base/index.ts";
import { NULL, procedure, Violation } from "../machine/index.ts";
import { hwBreakpointEventInit, releaseBpSlot, slotsAreLocked } from "./breakpoint-slot.ts";
import { perfEventAlloc, perfEventDrop } from "./event-alloc.ts";
import { PERF_EVENT_STATE } from "./event-state.ts";
import { perfInstallInContext } from "./install.ts";
import type { Kernel } from "./kernel.ts";
import type { EventSpec } from "./op.ts";
import { attrOfSpec, checkBeforeAlloc, checkInAlloc, checkPermission } from "./open-checks.ts";
import { failure } from "./outcome.ts";
import { closeFile } from "./release.ts";
import { eventByName, finish, stepOf, taskByName } from "./user-program.ts";
import { WAIT_FOR } from "./waits.ts";

function specOf(k: Kernel): EventSpec {
  const { op } = stepOf(k, k.machine.self);
  assert(op.kind === "open", "perf_event_open() is for open");
  return op.spec;
}

/** kernel: perf_event_open(). */
export const perfEventOpen = procedure("perf_event_open", ["event", "target", "leader", "word"], {
  // The target is found by its number and held by a reference from here on.
  findTarget(k: Kernel, f) {
    const spec = specOf(k);
    const { self } = k.machine;
    const refused = checkBeforeAlloc(k, self, spec);
    if (refused !== undefined) return finish(k, failure(refused));
    if (spec.target.kind === "self") f.target = self;
    if (spec.target.kind === "task") f.target = taskByName(k, spec.target.task);
    if (f.target !== NULL) k.thread.refs.add(f.target, 1);
    if (spec.group !== undefined) {
      f.leader = eventByName(k, self, spec.group);
      k.event.files.add(f.leader, 1); // fdget(), as for every descriptor that a call is given
    }
    return "alloc";
  },

  alloc(k, f) {
    const spec = specOf(k);
    const refused = checkInAlloc(k, f.target, spec);
    if (refused !== undefined) return refuse(k, f, failure(refused));
    const attr = attrOfSpec(k, spec);
    const wanted = k.program.eventIdOf(
      stepOf(k, k.machine.self),
      k.thread.done.get(k.machine.self),
    );
    f.event = perfEventAlloc(k, attr, { target: f.target, cpu: spec.cpu ?? -1, wanted });
    return "reserveSlot";
  },

  reserveSlot(k, f) {
    if (slotsAreLocked(k, f.event)) {
      k.machine.lock(k.thread.perfEventMutex, f.target);
      return "WAIT";
    }
    const refused = hwBreakpointEventInit(k, f.event);
    if (refused !== undefined) {
      perfEventDrop(k, f.event);
      f.event = NULL;
      return refuse(k, f, failure(refused));
    }
    return f.target === NULL ? "permission" : "execLock";
  },

  execLock(k, f) {
    if (k.lacks("Z35")) return "permission";
    if (k.thread.execLock.get(f.target) < 0) return k.machine.sleep(WAIT_FOR.noWriter, f.target);
    k.thread.execLock.add(f.target, 1);
    return "permission";
  },

  permission(k, f) {
    // find_get_context() came first once.
    if (k.lacks("Z40") && f.target !== NULL && k.thread.exiting.get(f.target) !== 0)
      return refuse(k, f, failure("ESRCH"));
    const refused = checkPermission(k, k.machine.self, {
      target: f.target,
      sigtrap: k.hasFlag(f.event, "sigtrap"),
    });
    if (refused !== undefined) return refuse(k, f, failure(refused));
    const args = [f.event, f.target, f.leader];
    return k.machine.call(perfInstallInContext, args, "installed");
  },

  installed(k, f) {
    if (f.ret !== 0) return refuse(k, f, f.ret);
    dropTarget(k, f.target);
    return "lockOwner";
  },

  lockOwner: (k) =>
    k.machine.lock(k.thread.perfEventMutex, k.machine.self) ? "installFd" : "WAIT",

  installFd(k, f) {
    const { self } = k.machine;
    if (watchesUnlawfully(k, self, f.event))
      throw new Violation("wrong-privilege", `event ${f.event} watches a program that it may not`);
    k.event.owner.set(f.event, self);
    k.unlock(k.thread.perfEventMutex, self);
    const { op } = stepOf(k, self);
    assert(op.kind === "open", "perf_event_open() is for open");
    k.user.eventOf.set(1, f.event, k.program.handle(op.event));
    k.event.files.set(f.event, 1);
    k.thread.files.add(k.thread.leader.get(self), f.event);
    return "putLeader";
  },

  putLeader(k, f) {
    if (f.leader === NULL) return finish(k, f.word);
    return k.machine.call(closeFile, [f.leader], "finished");
  },

  finished: (k, f) => finish(k, f.word),
});

/** An exec that is still under way takes the event out itself. */
function watchesUnlawfully(k: Kernel, self: number, event: number): boolean {
  const target = k.event.target.get(event);
  if (k.event.state.get(event) <= PERF_EVENT_STATE.exit) return false;
  if (target !== NULL && k.thread.execLock.get(target) < 0) return false;
  return checkPermission(k, self, { target, sigtrap: false }) !== undefined;
}

/** perf_event_open()'s error path: what was taken is given back, in the reverse order. */
function refuse(
  k: Kernel,
  f: { event: number; target: number; word: number },
  word: number,
): "putLeader" {
  if (f.event !== NULL) {
    if (f.target !== NULL && !k.lacks("Z35")) k.thread.execLock.add(f.target, -1);
    releaseBpSlot(k, f.event);
    perfEventDrop(k, f.event);
  }
  if (f.target !== NULL) k.putTask(f.target);
  f.word = word;
  return "putLeader";
}

function dropTarget(k: Kernel, target: number): void {
  if (target === NULL) return;
  if (!k.lacks("Z35")) k.thread.execLock.add(target, -1);
  k.putTask(target);
}
