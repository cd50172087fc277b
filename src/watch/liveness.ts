import { hasEnded, type Sys } from "../linux/index.ts";
import type { Tasks } from "./tasks.ts";

const CHECK_EVERY_NS = 100_000_000;

/**
 * Notices watched processes that ended without our reading of it, for their exit record may be lost.
 * One found dead is dropped once everything is read that was written until then: however slowly the
 * hits are taken, its last ones are still its own.
 */
export class Liveness {
  /** When each was found dead, in ns. */
  private readonly dead = new Map<number, number>();
  private checkedNs = Number.NEGATIVE_INFINITY;
  private readonly sys: Pick<Sys, "isReadable">;
  private readonly tasks: Tasks;
  /** A pidfd for each target: readable once it has ended, and never another process's. */
  private readonly pidfds: ReadonlyMap<number, number>;

  constructor(sys: Pick<Sys, "isReadable">, tasks: Tasks, pidfds: ReadonlyMap<number, number>) {
    this.sys = sys;
    this.tasks = tasks;
    this.pidfds = pidfds;
  }

  /** Looks who has ended, now and then. `now`: in ns. */
  check(now: number): void {
    if (now - this.checkedNs < CHECK_EVERY_NS) return;
    this.checkedNs = now;
    for (const pid of this.tasks.living()) {
      if (!this.dead.has(pid) && this.isOver(pid)) this.dead.set(pid, now);
    }
  }

  /** All records older than `horizon`, in ns, are read. The threads that are dropped for it. */
  read(horizon: number): readonly number[] {
    const threads: number[] = [];
    for (const [pid, found] of this.dead) {
      if (found > horizon) continue;
      threads.push(...this.tasks.remove(pid));
      this.dead.delete(pid);
    }
    return threads;
  }

  private isOver(pid: number): boolean {
    const fd = this.pidfds.get(pid);
    return fd === undefined ? hasEnded(pid) : this.sys.isReadable(fd);
  }
}
