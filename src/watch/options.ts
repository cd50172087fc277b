/** Whom to watch. */
export type WatchTarget =
  /** Processes, with all their threads and, unless left out, the children they fork from now on. */
  | { readonly pids: readonly number[] }
  /** These threads and no others. */
  | { readonly tids: readonly number[] }
  /** Every process on the machine. */
  | { readonly allCpus: true }
  /** A command, started here and watched from its first instruction. */
  | { readonly command: readonly string[] };

/** What to watch, and how. Only `target` and `where` must be given. */
export interface WatchOptions {
  readonly target: WatchTarget;
  /** Each `ADDR[/LEN][:MODE]` or `[OBJECT:]NAME[/LEN][:MODE]`, or in perf's or bpftrace's spelling. */
  readonly where: readonly string[];
  /** Watch forked children, too. Default true. */
  readonly children?: boolean;
  /** Count the kernel's accesses, too, where permitted. Default true. */
  readonly kernel?: boolean;
  /** Count accesses on these CPUs only. Default: on all. */
  readonly cpus?: readonly number[];
  /** Take call chains. Default: only of programs that are named through a perf map, as Node's. */
  readonly stack?: boolean;
  /**
   * How they are taken: `dwarf` by unwind tables from a piece of the stack, `fp` by the kernel along
   * frame pointers, which costs less and leaves out the caller of a function without one. Default
   * `dwarf`.
   */
  readonly callGraph?: "dwarf" | "fp";
  /** Bytes of the stack that are sampled for it. Default 1024; beyond that frame pointers are followed. */
  readonly stackBytes?: number;
  /** Decode the instruction of each access. Default true. */
  readonly instructions?: boolean;
  /**
   * Sample the registers by which the traps of one string instruction are known to be one access, for
   * some 4 % of a hit's cost. Default true. Without, two copies in a row that each touch a part of the
   * range may count as one access.
   */
  readonly repeats?: boolean;
  /** Tell a recording when the watched threads come onto a processor and leave it. Default false. */
  readonly switchEvents?: boolean;
  /** End after this many hits. Default: none. */
  readonly maxHits?: number;
  /** End after this many ms. Default: none. */
  readonly timeoutMs?: number;
  /** How to arm: for each CPU, or for each thread; default `auto`, as the privileges allow. */
  readonly arm?: "auto" | "cpu" | "task";
  /**
   * Keep only hits for which this holds: `value > 3 && old != value`, over `value`, `old`, `tid`,
   * `pid`, `cpu`, `comm`, `kernel`, `ip` and `ip in FUNCTION`. Decided in the trap where eBPF is
   * permitted, afterwards where it is not. Default: keep all.
   */
  readonly condition?: string;
  /** Leave out hits by these functions, those that are known to write here. Default: none. */
  readonly unlessFrom?: readonly string[];
  /** Leave out hits that left the value as it was. Default false. */
  readonly changes?: boolean;
  /** Read the value at each hit, and the one before it. Default: where a condition asks for it. */
  readonly values?: boolean;
  /** Leave out the first so many hits of those that are wanted otherwise. Default 0. */
  readonly ignore?: number;
  /** Keep only one in so many, the first of them. Default 1. */
  readonly every?: number;
  /** Keep at most so many hits in a second; how many more there were is counted. Default: all. */
  readonly maxRate?: number;
  /**
   * Let traps take at most this share of one CPU's time, between 0 and 1, by disarming for a while.
   * `coverage.disarmedNs` tells for how long. Default: no bound.
   */
  readonly maxOverhead?: number;
  /** Stop the process with SIGSTOP at the first hit that is kept, and end. Default false. */
  readonly stop?: boolean;
  /** Size of each CPU's ring in bytes, rounded up to a power of two of pages. Default: enough. */
  readonly ringBytes?: number;
}
