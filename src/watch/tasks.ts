import type { TaskRecord } from "../abi/index.ts";

/** A process that is watched. */
interface Process {
  readonly threads: Set<number>;
  /** The target it descends from, itself for a target. */
  readonly root: number;
}

export interface TaskCounts {
  readonly processes: number;
  readonly threads: number;
  readonly threadsBorn: number;
  readonly childrenBorn: number;
  readonly execs: number;
}

/**
 * The watched processes and their threads, as the fork, exec and exit records tell of them. Fed in
 * the order of time; holds only tasks that live, so it does not grow with the length of the run.
 */
export class Tasks {
  private readonly processes = new Map<number, Process>();
  private readonly comms = new Map<number, string>();
  private readonly followChildren: boolean;
  /** All tasks are watched; there are no strangers. */
  private readonly everything: boolean;
  private threadsAtStart = 0;
  private processesAtStart = 0;
  private threadsBorn = 0;
  private childrenBorn = 0;
  private execs = 0;

  constructor(options: { followChildren: boolean; everything: boolean }) {
    this.followChildren = options.followChildren;
    this.everything = options.everything;
  }

  /** A process named by the user, with the threads it has now. */
  addTarget(pid: number, threads: readonly number[]): void {
    const known = this.processes.get(pid);
    this.processesAtStart += known === undefined ? 1 : 0;
    this.threadsAtStart += threads.length - (known?.threads.size ?? 0);
    this.processes.set(pid, { threads: new Set(threads), root: pid });
  }

  /** The name that hits of this thread get from now on. */
  nameTask(tid: number, comm: string): void {
    this.comms.set(tid, comm);
  }

  commOf(tid: number): string | undefined {
    return this.comms.get(tid);
  }

  isWatched(pid: number): boolean {
    return this.everything || this.processes.has(pid);
  }

  /** The target that a watched process descends from. */
  rootOf(pid: number): number | undefined {
    return this.processes.get(pid)?.root;
  }

  /** A task was created. True when it is a new process that is watched from now on. */
  fork({ pid, ppid, tid, ptid }: Omit<TaskRecord, "time">): boolean {
    const parent = this.processes.get(ppid);
    const comm = this.comms.get(ptid);
    if (comm !== undefined && (this.everything || parent !== undefined)) this.comms.set(tid, comm);
    if (parent === undefined) return false;
    if (pid === ppid) {
      this.threadsBorn += parent.threads.has(tid) ? 0 : 1;
      parent.threads.add(tid);
      return false;
    }
    if (!this.followChildren) return false;
    this.childrenBorn += 1;
    this.processes.set(pid, { threads: new Set([tid]), root: parent.root });
    return true;
  }

  /** A process of which the fork record was lost, but whose parent is watched. */
  adopt(pid: number, ppid: number): void {
    this.fork({ pid, ppid, tid: pid, ptid: ppid });
  }

  /** A thread ended. True when it was the last of a watched process. */
  exit({ pid, tid }: { pid: number; tid: number }): boolean {
    this.comms.delete(tid);
    const process = this.processes.get(pid);
    if (process === undefined) return false;
    process.threads.delete(tid);
    if (process.threads.size > 0) return false;
    this.processes.delete(pid);
    return true;
  }

  /** The process is known to be gone although its exit record was not seen. Tells its threads. */
  remove(pid: number): readonly number[] {
    const threads = [...(this.processes.get(pid)?.threads ?? [])];
    for (const tid of threads) this.comms.delete(tid);
    this.processes.delete(pid);
    return threads;
  }

  /** A watched process runs another program now: its other threads are gone. */
  exec(pid: number): void {
    const process = this.processes.get(pid);
    if (process === undefined) return;
    this.execs += 1;
    process.threads.clear();
    process.threads.add(pid);
  }

  /** The watched processes that live. */
  living(): readonly number[] {
    return [...this.processes.keys()];
  }

  counts(): TaskCounts {
    return {
      processes: this.processesAtStart,
      threads: this.threadsAtStart,
      threadsBorn: this.threadsBorn,
      childrenBorn: this.childrenBorn,
      execs: this.execs,
    };
  }
}
