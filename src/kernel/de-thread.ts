import { NULL, procedure } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { failure } from "./outcome.ts";
import { sendSignal } from "./send-signal.ts";
import { SIGKILL, SIGNALS } from "./signal-names.ts";
import { isAlone, isThreadOf, WAIT_FOR } from "./waits.ts";

/**
 * kernel: de_thread(). Of the threads of a process only the one that executes a program goes on, and
 * whichever it is, it is the leader then: the process keeps its id. Returns 0 or the refusal.
 */
export const deThread = procedure("de_thread", ["leader"], {
  zap(k: Kernel, f) {
    const { self } = k.machine;
    f.leader = k.thread.leader.get(self);
    const other = k.thread.groupExec.get(f.leader);
    if (other !== NULL && other !== self) return k.machine.ret(failure("EAGAIN"));
    if (isAlone(k, self)) return "takeOver";
    k.thread.groupExec.set(f.leader, self);
    for (let it = 1; it <= k.machine.tasks; it++) {
      if (it !== self && isThreadOf(k, it, f.leader)) sendSignal(k, it, SIGKILL);
    }
    return "wait";
  },

  wait: (k) =>
    isAlone(k, k.machine.self) ? "takeOver" : k.machine.sleep(WAIT_FOR.alone, k.machine.self),

  takeOver(k, f) {
    k.thread.groupExec.set(f.leader, NULL);
    if (f.leader !== k.machine.self) becomeLeader(k, k.machine.self, f.leader);
    return k.machine.ret(0);
  },
});

/** What belongs to the process changes its keeper, and the dead leader is reaped. */
function becomeLeader(k: Kernel, self: number, leader: number): void {
  const { thread, user } = k;
  for (const set of [thread.files, thread.rings]) {
    set.copy(leader, self);
    set.clear(leader);
  }
  for (let signal = 0; signal < SIGNALS; signal++)
    thread.handler.set(self, thread.handler.get(leader, signal), signal);
  thread.ignored.set(self, thread.ignored.get(leader));
  thread.leader.set(self, self);
  user.taskOf.set(1, self, thread.actor.get(leader)); // its id names whoever leads
  const parent = thread.parent.get(leader);
  thread.parent.set(self, parent);
  thread.parent.set(leader, NULL);
  if (parent !== NULL) k.putTask(leader); // release_task(): nobody has waited for it yet
  k.putTask(leader); // a thread's own reference on its leader
}
