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
  /** Take call chains. Default: only of programs that are named through a perf map, as Node's. */
  readonly stack?: boolean;
  /** Bytes of the stack that are sampled for it. Default 2048: deeper frames are then found by frame pointers. */
  readonly stackBytes?: number;
  /**
   * Sample the registers by which the traps of one string instruction are known to be one access, for
   * some 4 % of a hit's cost. Default true. Without, two copies in a row that each touch a part of the
   * range may count as one access.
   */
  readonly repeats?: boolean;
  /** End after this many hits. Default: none. */
  readonly maxHits?: number;
  /** End after this many ms. Default: none. */
  readonly timeoutMs?: number;
  /** How to arm: for each CPU, or for each thread; default `auto`, as the privileges allow. */
  readonly arm?: "auto" | "cpu" | "task";
  /** Size of each CPU's ring in bytes, rounded up to a power of two of pages. Default: enough. */
  readonly ringBytes?: number;
}
