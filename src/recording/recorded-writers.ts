import { asVa } from "../base/index.ts";
import { type PackedHit, timeOf } from "./hit-run.ts";
import type {
  RecordedCulprit,
  RecordedFrame,
  RecordedSite,
  RecordedStack,
  RecordedThread,
} from "./recorded.ts";

/** All accesses that one piece of code made under one task name to one spot. */
export interface RecordedWriter {
  readonly comm: string;
  readonly spot: number;
  readonly mode: "user" | "kernel";
  readonly frame: RecordedFrame;
  readonly via: RecordedFrame | undefined;
  readonly culprit: RecordedCulprit | undefined;
  readonly syscall: string | undefined;
  /** The call chain, where each chain is a writer of its own. */
  readonly stack: readonly RecordedFrame[] | undefined;
  readonly stackCut: RecordedStack["cut"];
  /** Of the first hit. */
  readonly pid: number;
  readonly tid: number;
  /** Distinct ones; counted up to 1,000. */
  readonly threads: number;
  readonly processes: number;
  readonly count: number;
  readonly traps: number;
  /** ns of CLOCK_MONOTONIC. */
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  readonly lastValue: bigint | undefined;
}

/** The lists that hits refer to. */
export interface HitLists {
  readonly threads: readonly RecordedThread[];
  readonly sites: readonly RecordedSite[];
  readonly stacks: readonly RecordedStack[];
}

const MAX_TASKS = 1_000;
/** As a live watch has it: later ones are counted together. */
const MAX_WRITERS = 10_000;
const OTHERS: RecordedSite = {
  ...{ spot: 0, kernel: false, ip: 0n },
  frame: { kind: "unknown", address: asVa(0n), symbol: "(other writers)" },
};
const NOBODY: RecordedThread = { pid: 0, tid: 0, comm: "?" };

/** More places than a list of sites has. */
const SITES = 2 ** 26;

class Tally {
  count = 0;
  traps = 0;
  lastValue: bigint | undefined;
  lastBase = 0n;
  lastOffset = 0;
  readonly tids = new Set<number>();
  readonly pids = new Set<number>();
  readonly site: RecordedSite;
  readonly thread: RecordedThread;
  readonly stack: RecordedStack | undefined;
  readonly firstNs: bigint;

  constructor(
    firstNs: bigint,
    of: { site: RecordedSite; thread: RecordedThread; stack: RecordedStack | undefined },
  ) {
    this.firstNs = firstNs;
    this.site = of.site;
    this.thread = of.thread;
    this.stack = of.stack;
  }
}

/**
 * Counts recorded hits by writer, as a live watch counts them: a writer is known by its code (object
 * and offset, or script and function) and its task's name, and by its call chain where `stacks` says so.
 */
export class RecordedWriters {
  private readonly lists: HitLists;
  private readonly stacks: boolean;
  private readonly tallies = new Map<string, Tally>();
  /** By stack, then by thread and site. */
  private readonly known = new Map<number, Map<number, Tally>>();

  constructor(lists: HitLists, { stacks }: { readonly stacks: boolean }) {
    this.lists = lists;
    this.stacks = stacks;
  }

  add(hit: PackedHit): void {
    const tally = this.tallyOf(hit);
    tally.count += 1;
    tally.traps += hit.repeat;
    tally.lastBase = hit.base;
    tally.lastOffset = hit.offset;
    if (hit.newValue !== undefined) tally.lastValue = hit.newValue;
  }

  /** The writers, the busiest first. */
  list(): readonly RecordedWriter[] {
    const writers = [...this.tallies.values()].map((tally) => toWriter(tally, this.stacks));
    return writers.sort((a, b) => b.count - a.count || (a.firstNs < b.firstNs ? -1 : 1));
  }

  private tallyOf(hit: PackedHit): Tally {
    const stack = this.stacks ? hit.stack : -1;
    const bySite = this.known.get(stack) ?? new Map<number, Tally>();
    const key = hit.thread * SITES + hit.site;
    const known = bySite.get(key);
    if (known !== undefined) return known;
    const tally = this.newTally(hit);
    this.known.set(stack, bySite);
    bySite.set(key, tally);
    return tally;
  }

  private newTally(hit: PackedHit): Tally {
    const { threads, sites, stacks } = this.lists;
    const thread = threads[hit.thread] ?? NOBODY;
    const site = sites[hit.site] ?? OTHERS;
    const stack = this.stacks ? stacks[hit.stack] : undefined;
    const key = writerKey(thread, site, stack);
    const tally = this.tallies.get(key) ?? this.begin(key, hit, { thread, site, stack });
    if (tally.tids.size < MAX_TASKS) tally.tids.add(thread.tid);
    if (tally.pids.size < MAX_TASKS) tally.pids.add(thread.pid);
    return tally;
  }

  private begin(
    key: string,
    hit: PackedHit,
    of: { thread: RecordedThread; site: RecordedSite; stack: RecordedStack | undefined },
  ): Tally {
    const isTooMany = this.tallies.size >= MAX_WRITERS;
    const { spot } = of.site;
    const known = isTooMany ? this.tallies.get(`others ${spot}`) : undefined;
    if (known !== undefined) return known;
    const who = isTooMany
      ? { thread: { ...of.thread, comm: "(others)" }, site: { ...OTHERS, spot }, stack: undefined }
      : of;
    const tally = new Tally(timeOf(hit), who);
    this.tallies.set(isTooMany ? `others ${spot}` : key, tally);
    return tally;
  }
}

/** The same for all hits of one writer, also in another recording of the same program. */
export function writerKey(
  { pid, comm }: RecordedThread,
  { spot, frame, culprit, syscall }: RecordedSite,
  stack: RecordedStack | undefined,
): string {
  const callers = (stack?.frames ?? []).slice(1).map((caller) => codeOf(pid, caller));
  return [comm, spot, codeOf(pid, frame, culprit), syscall, ...callers].join("|");
}

/**
 * What makes code the same code, whatever address it was loaded at. A string instruction traps at two
 * addresses, so the instruction's own counts where it is known.
 */
function codeOf(pid: number, frame: RecordedFrame, culprit?: RecordedCulprit): string {
  if (frame.kind === "jit") return `${pid} ${frame.symbol} ${frame.file}:${frame.line}`;
  const instruction = culprit?.instruction?.address;
  const behind = instruction === undefined ? 0n : frame.address - instruction;
  if (frame.objectOffset !== undefined) return `${frame.path} ${frame.objectOffset - behind}`;
  return `${frame.kind === "kernel" ? "" : pid} ${frame.address - behind}`;
}

function toWriter(tally: Tally, stacks: boolean): RecordedWriter {
  const { site, thread, stack, count, traps } = tally;
  return {
    comm: thread.comm,
    spot: site.spot,
    mode: site.kernel ? "kernel" : "user",
    frame: site.frame,
    via: site.via,
    culprit: site.culprit,
    syscall: site.syscall,
    stack: stacks ? stack?.frames : undefined,
    stackCut: stacks ? stack?.cut : undefined,
    pid: thread.pid,
    tid: thread.tid,
    threads: tally.tids.size,
    processes: tally.pids.size,
    count,
    traps,
    firstNs: tally.firstNs,
    lastNs: tally.lastBase + BigInt(tally.lastOffset),
    lastValue: tally.lastValue,
  };
}
