import { hasEnded, type Sys } from "../linux/index.ts";
import type { Tasks } from "./tasks.ts";

const CHECK_EVERY_MS = 100;

/**
 * Notices watched processes that ended without our reading of it, for their exit record may be lost.
 * One found dead is dropped only at the next check: until then its last records are still read.
 */
export class Liveness {
  private dead: readonly number[] = [];
  private checkedMs = 0;
  private readonly sys: Sys;
  private readonly tasks: Tasks;
  /** A pidfd for each target: readable once it has ended, and never another process's. */
  private readonly pidfds: ReadonlyMap<number, number>;

  constructor(sys: Sys, tasks: Tasks, pidfds: ReadonlyMap<number, number>) {
    this.sys = sys;
    this.tasks = tasks;
    this.pidfds = pidfds;
  }

  check(nowMs: number): void {
    if (nowMs - this.checkedMs < CHECK_EVERY_MS) return;
    this.checkedMs = nowMs;
    for (const pid of this.dead) this.tasks.remove(pid);
    this.dead = this.tasks.living().filter((pid) => this.isOver(pid));
  }

  private isOver(pid: number): boolean {
    const fd = this.pidfds.get(pid);
    return fd === undefined ? hasEnded(pid) : this.sys.isReadable(fd);
  }
}
