import type { LeftOut } from "./sieve.ts";

/**
 * How the registers are armed. `cpu`: one event for each CPU, all tasks, filtered to the watched
 * processes. `task`: one for each thread and CPU, inherited by what they create. `thread`: one for
 * each thread named, and no other.
 */
export type Strategy = "cpu" | "task" | "thread";

/** Something that was not watched, or that a count may contain beyond what was asked. */
export interface Gap {
  readonly kind:
    | "kernel-mode"
    | "existing-children"
    | "children"
    | "threads"
    | "exec"
    | "cpu-online"
    | "other-cpus"
    | "stranger-reuse"
    | "undecided"
    | "unaccounted"
    | "reads-as-rw"
    | "not-mapped"
    | "self-test"
    | "records-lost"
    | "nested"
    | "unscheduled"
    | "undecided-condition"
    | "values"
    | "disarmed"
    | "inlined-scripts";
  readonly text: string;
}

/** What was looked at, from when to when, and what was missed. Part of every result. */
export interface Coverage {
  readonly strategy: Strategy;
  /** Why not the strategy that covers more, where there is a reason. */
  readonly why: string | undefined;
  /** All registers were armed from here ... */
  readonly sinceNs: bigint;
  /** ... to here; both in ns of CLOCK_MONOTONIC. */
  readonly untilNs: bigint;
  readonly cpus: readonly number[];
  /** Watched processes when the registers were armed; 0 when all are watched. */
  readonly processes: number;
  readonly threads: number;
  readonly threadsBorn: number;
  readonly childrenBorn: number;
  readonly execs: number;
  /** Accesses by the kernel on behalf of a task are counted, too. */
  readonly kernelMode: boolean;
  /** Samples for which the ring had no room: hits that happened and are not in the result. */
  readonly lost: bigint;
  /** Hits of other processes at the same address, left out: they cost time all the same. */
  readonly strangers: bigint;
  /** A trap of our own fired before arming: hardware breakpoints work here. */
  readonly selfTest: "fired" | "silent" | "no register free";
  /** Where conditions were decided: in the trap, or afterwards; undefined if there are none. */
  readonly decidedIn: "kernel" | "user" | undefined;
  /** Hits that were left out as asked; undefined if nothing of that kind was asked. */
  readonly leftOut: LeftOut | undefined;
  /** How values came to be known; undefined where none were asked for, or none could be had. */
  readonly values: "kernel" | "rebuilt" | undefined;
  /** For how long the registers were disarmed in between, to keep within `maxOverhead`. */
  readonly disarmedNs: bigint;
  /** The process that was stopped, as asked, and how long after its access that was. */
  readonly stopped: Stopped | undefined;
  readonly gaps: readonly Gap[];
  /** How the watches were found, where that needs saying. */
  readonly notes?: readonly string[];
}

/** `kernel`: in the trap itself, nothing of the process ran in between. */
export interface Stopped {
  readonly pid: number;
  readonly by: "kernel" | "user";
  readonly lateNs: bigint;
}
