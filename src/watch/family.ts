import type { SideRecord, TaskRecord } from "../abi/index.ts";
import { asPid } from "../base/index.ts";
import { statusOf } from "../linux/index.ts";
import type { SymbolSource } from "../symbols/index.ts";
import type { Gap } from "./coverage.ts";
import { ExecCheck } from "./exec-check.ts";
import type { Spot } from "./spot.ts";
import type { StrangerFilter } from "./stranger-filter.ts";
import type { Tasks } from "./tasks.ts";

export interface FamilyParts {
  readonly tasks: Tasks;
  readonly spots: readonly Spot[];
  readonly symbols: SymbolSource;
  readonly filter: StrangerFilter | undefined;
  /** Processes that were there before: no fork record tells of them. */
  readonly before: ReadonlySet<number>;
  readonly followChildren: boolean;
  readonly watchesAll: boolean;
  /** What becomes of watched processes. */
  readonly life: ProcessLife;
  /** A thread ended, or is another program or has another name now. */
  readonly forget: (tid: number) => void;
}

/** Who is told what becomes of watched processes, in the order of time. */
export interface ProcessLife {
  born(child: number, parent: number): void;
  /** It runs another program now. Gives what is not covered because of that. */
  execed(pid: number, comm: string): readonly Gap[];
  ended(pid: number): void;
}

/**
 * Decides whose hits count. Learns from the fork, exec and exit records who belongs to the targets,
 * and tells the kernel's filter who does not.
 */
export class Family {
  readonly gaps: Gap[] = [];
  private readonly parts: FamilyParts;
  private readonly execs: ExecCheck;
  /** Processes known not to be watched: those there before, and those that strangers forked. */
  private readonly strangers: Set<number>;
  private undecided = 0;

  constructor(parts: FamilyParts) {
    this.parts = parts;
    this.execs = new ExecCheck(parts.spots);
    this.strangers = new Set(parts.before);
  }

  /** True when accesses of this process to this spot count. */
  isWatched(pid: number, spot: number): boolean {
    const { tasks, spots } = this.parts;
    if (!tasks.isWatched(pid) && !this.adopt(pid)) return false;
    if (this.execs.isElsewhere(pid, spot)) return false;
    const meant = spots[spot]?.pids;
    return meant === undefined || meant.has(tasks.rootOf(pid) ?? pid);
  }

  /** Takes in what a side record tells. */
  take(record: SideRecord): void {
    switch (record.kind) {
      case "fork":
        this.fork(record);
        return;
      case "exit":
        // Should other threads live on, the next hit asks /proc.
        if (record.pid === record.tid) this.strangers.delete(record.pid);
        if (this.parts.tasks.exit(record)) this.parts.life.ended(record.pid);
        this.parts.forget(record.tid);
        this.execs.forget(record);
        return;
      case "comm":
        this.rename(record);
        return;
      case "mmap":
        this.map(record);
        return;
      case "switch":
      case "lost":
      case "unknown":
        return;
    }
  }

  /** What could not be decided, once all has been read. */
  lateGaps(): readonly Gap[] {
    if (this.undecided === 0) return this.gaps;
    const text = `${this.undecided} processes ended before it was known whose children they were: their hits are left out`;
    return [...this.gaps, { kind: "undecided", text }];
  }

  /**
   * A process that is not watched made a hit. It is a stranger, or, if no record told of its birth,
   * maybe a child whose fork record was lost or has yet to be read.
   */
  private adopt(pid: number): boolean {
    const { tasks, filter, followChildren } = this.parts;
    if (!this.strangers.has(pid) && followChildren) {
      const parent = statusOf(pid)?.ppid;
      if (parent === undefined) this.undecided += 1;
      else if (tasks.isWatched(parent)) {
        tasks.adopt(pid, parent);
        this.parts.life.born(pid, parent);
        return true;
      }
    }
    this.strangers.add(pid);
    filter?.add(pid);
    return false;
  }

  private fork(record: TaskRecord): void {
    const { tasks, symbols } = this.parts;
    const { pid, ppid } = record;
    if (pid !== ppid) this.numberGiven(record);
    if (!tasks.fork(record)) return;
    this.parts.life.born(pid, ppid);
    symbols.noteFork(asPid(ppid), asPid(pid));
    this.execs.fork(ppid, pid);
  }

  /** The number is another process's now, which is what its parent is. */
  private numberGiven({ pid, ppid, time }: TaskRecord): void {
    const { tasks, filter } = this.parts;
    if (tasks.isWatched(ppid)) this.strangers.delete(pid);
    else this.strangers.add(pid);
    const missed = filter?.remove(pid);
    if (missed === undefined || missed.last <= time || !tasks.isWatched(ppid)) return;
    const text = `process ${pid} got the number of a process that was filtered out: its first hits may be missing`;
    this.gaps.push({ kind: "stranger-reuse", text });
  }

  private rename({ pid, tid, comm, exec }: SideRecord & { kind: "comm" }): void {
    const { tasks, symbols, watchesAll, forget } = this.parts;
    if (!tasks.isWatched(pid)) return;
    tasks.nameTask(tid, comm);
    forget(tid);
    if (!exec) return;
    tasks.exec(pid);
    this.gaps.push(...this.parts.life.execed(pid, comm));
    if (!watchesAll) symbols.noteExec(asPid(pid));
    this.gaps.push(...this.execs.exec(pid, comm));
  }

  private map({ pid, addr, ...rest }: SideRecord & { kind: "mmap" }): void {
    const { tasks, symbols, watchesAll } = this.parts;
    // Of all processes of a machine, only those that hit are worth reading maps of, once they do.
    if (watchesAll || !tasks.isWatched(pid)) return;
    symbols.noteMmap(asPid(pid), { ...rest, start: addr });
  }
}
