import { DONE, NULL, procedure } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";
import { closeFile } from "./release.ts";

/**
 * The ring of an event in the memory of a process: it keeps the event as a descriptor does, outlives
 * the descriptor that it was made with, and is not copied by fork. A second one of the same
 * process is the first one once more.
 */
export function mapRing(k: Kernel, task: number, event: number): void {
  const { mappings, leader } = k.thread;
  if (mappings.has(leader.get(task), event)) return;
  mappings.add(leader.get(task), event);
  k.event.mapped.add(event, 1);
  k.event.files.add(event, 1);
}

export function hasMapped(k: Kernel, task: number, event: number): boolean {
  return k.thread.mappings.has(k.thread.leader.get(task), event);
}

/** kernel: perf_mmap_close(). */
export const perfMmapClose = procedure("perf_mmap_close", ["event"], {
  unmap(k: Kernel, f) {
    k.thread.mappings.remove(k.thread.leader.get(k.machine.self), f.event);
    k.event.mapped.add(f.event, -1);
    return k.machine.call(closeFile, [f.event], "done");
  },
  done: () => DONE,
});

/** kernel: exit_mmap(). The memory of a process goes, at its exit and when it executes a program. */
export const exitMmap = procedure("exit_mmap", ["event"], {
  next(k: Kernel, f) {
    f.event = k.thread.mappings.next(k.thread.leader.get(k.machine.self), 0);
    return f.event === NULL ? DONE : k.machine.call(perfMmapClose, [f.event], "next");
  },
});
