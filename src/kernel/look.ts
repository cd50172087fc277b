import { procedure } from "../machine/index.ts";
import { readCount, totalSamples } from "./event-read.ts";
import { HANDLER, PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { EOF, failure, POLL_TIMEOUT, POLLHUP, POLLIN } from "./outcome.ts";
import { signalIndex } from "./signal-names.ts";
import { eventByName, finish, stepOf } from "./user-program.ts";

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
        return finish(k, mapRing(k, event));
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

/** kernel: perf_mmap(). A mapping holds the event as a descriptor does. */
function mapRing(k: Kernel, event: number): number {
  if (k.hasFlag(event, "inherit") && k.event.cpu.get(event) < 0) return failure("EINVAL");
  const process = k.thread.leader.get(k.machine.self);
  if (k.thread.rings.has(process, event)) return 0;
  k.thread.rings.add(process, event);
  k.event.mapped.add(event, 1);
  k.event.files.add(event, 1);
  return 0;
}

/** kernel: perf_poll(). Without a ring there is nothing to wait for, nor when the target is gone. */
function poll(k: Kernel, event: number): number {
  if (k.event.mapped.get(event) === 0) return POLLHUP;
  if (k.event.state.get(event) <= PERF_EVENT_STATE.exit) return POLLHUP;
  return k.event.samples.get(event) > 0 ? POLLIN : POLL_TIMEOUT;
}
