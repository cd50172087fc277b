import { DONE, NULL, procedure } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { failure } from "./outcome.ts";
import { closeFile } from "./release.ts";
import { eventByName, finish, stepOf } from "./user-program.ts";
import { isWide, unregisterWideHwBreakpoint } from "./wide.ts";

export const closeSyscall = procedure("close", [], {
  find(k: Kernel) {
    const { op } = stepOf(k, k.machine.self);
    if (op.kind === "munmap") return munmap(k, op.event);
    if ("event" in op && isWide(k, op.event)) {
      return k.machine.call(unregisterWideHwBreakpoint, [], "gone");
    }
    const event = "event" in op ? eventByName(k, k.machine.self, op.event) : 0;
    if (event === 0) return finish(k, failure("EBADF"));
    k.thread.files.remove(k.thread.leader.get(k.machine.self), event);
    return k.machine.call(closeFile, [event], "done");
  },
  done: (k) => finish(k, 0),
  gone: () => DONE, // whoever took it down has said so
});

/** A mapping outlives the descriptor that it was made with. */
function munmap(k: Kernel, name: string) {
  const event = k.user.eventOf.get(1, k.program.handle(name));
  const leader = k.thread.leader.get(k.machine.self);
  if (event === NULL || !k.thread.rings.has(leader, event)) return finish(k, failure("EINVAL"));
  k.thread.rings.remove(leader, event);
  k.event.mapped.add(event, -1);
  return k.machine.call(closeFile, [event], "done");
}
