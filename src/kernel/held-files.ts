import { NULL } from "../machine/index.ts";
import type { Kernel } from "./kernel.ts";

/** kernel: exit_mmap(). The next ring that a process has mapped, which it has no more; or NULL. */
export function takeRing(k: Kernel, process: number): number {
  const { rings } = k.thread;
  const event = rings.next(process, 0);
  if (event === NULL) return NULL;
  rings.remove(process, event);
  k.event.mapped.add(event, -1);
  return event;
}

/** kernel: exit_files(). The same for descriptors. */
export function takeFile(k: Kernel, process: number): number {
  const { files } = k.thread;
  const event = files.next(process, 0);
  if (event !== NULL) files.remove(process, event);
  return event;
}

/** kernel: do_close_on_exec(). The same for those descriptors that an exec closes. */
export function takeCloexecFile(k: Kernel, process: number): number {
  const { files } = k.thread;
  let event = files.next(process, 0);
  while (event !== NULL && !k.hasFlag(event, "cloexec")) event = files.next(process, event);
  if (event !== NULL) files.remove(process, event);
  return event;
}
