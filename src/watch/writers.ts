import { asVa } from "../base/index.ts";
import type { Culprit, Frame } from "../symbols/index.ts";
import type { Named, NamedStack } from "./namer.ts";
import type { RawHit } from "./raw-hit.ts";
import type { CallStack, StackCut } from "./stacks.ts";

/** All accesses that one piece of code made under one task name to one spot. */
export interface Writer {
  readonly comm: string;
  readonly spot: number;
  readonly mode: "user" | "kernel";
  readonly frame: Frame;
  readonly via: Frame | undefined;
  /** The instruction that made the accesses; undefined for the kernel's code. */
  readonly culprit: Culprit | undefined;
  /** The system call that the kernel made them for. */
  readonly syscall: string | undefined;
  /** The call chain, innermost first, where they were taken: each chain is a writer of its own. */
  readonly stack: readonly Frame[] | undefined;
  /** Why the stack ends early; undefined if it is whole. */
  readonly stackCut: StackCut | undefined;
  /** Of the first hit. */
  readonly pid: number;
  readonly tid: number;
  /** Distinct threads; counted up to 1,000. */
  readonly threads: number;
  readonly processes: number;
  readonly count: number;
  /** How often registers fired for them: more than `count` for string instructions. */
  readonly traps: number;
  /** ns of CLOCK_MONOTONIC. */
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  /** What its last access left in memory, as a little-endian number, where values are read. */
  readonly lastValue: bigint | undefined;
}

/** Shortcuts that cost no look-up: enough for what the threads of a few CPUs do in turn. */
const RECENT = 64;
const MAX_TASKS = 1_000;
/** Distinct writers that are kept apart; later ones are counted together, so that memory is flat. */
const MAX_WRITERS = 10_000;
const OTHERS: Named = {
  frame: { kind: "unknown", address: asVa(0n), symbol: "(other writers)" },
  via: undefined,
  culprit: undefined,
  syscall: undefined,
};

interface Who {
  readonly named: Named;
  readonly comm: string;
  readonly stack: NamedStack | undefined;
}

/** A writer while it is being counted. Times in halves, as the hits have them. */
class Tally {
  count = 0;
  traps = 0;
  firstHigh = 0;
  firstLow = 0;
  lastHigh = 0;
  lastLow = 0;
  lastValue: bigint | undefined;
  readonly tids = new Set<number>();
  readonly pids = new Set<number>();
  readonly named: Named;
  readonly stack: NamedStack | undefined;
  readonly comm: string;
  readonly spot: number;
  readonly kernel: boolean;
  readonly pid: number;
  readonly tid: number;

  constructor(hit: RawHit, who: Who) {
    this.named = who.named;
    this.comm = who.comm;
    this.stack = who.stack;
    this.spot = hit.spot;
    this.kernel = hit.kernel;
    this.pid = hit.pid;
    this.tid = hit.tid;
    this.firstHigh = hit.timeHigh;
    this.firstLow = hit.timeLow;
  }
}

/** Where hits of one thread at one instruction are counted. */
interface Shortcut {
  readonly tid: number;
  readonly spot: number;
  readonly ipLow: number;
  readonly ipHigh: number;
  readonly tally: Tally;
}

export interface WriterNames {
  name(hit: RawHit): Named;
  comm(hit: RawHit): string;
  stackOf(hit: RawHit): CallStack;
  stack(hit: RawHit): NamedStack;
  /** What is at its trap does not tell who made it. */
  isLedTo(hit: RawHit): boolean;
}

/** What makes a writer besides its instruction; then the instruction alone does not tell it. */
export interface WriterOptions {
  /** Code is named by the call chain, as for scripts. */
  readonly chained: boolean;
  /** Calls that stored their return addresses are told apart by the values that they left. */
  readonly callsByValue: boolean;
  /** Each call chain is a writer of its own. */
  readonly stacks: boolean;
  /** The kernel's call chains tell which system call an access was made for. */
  readonly kernelChains: boolean;
}

/**
 * Counts hits by writer. A writer is known by its code (object and offset, or script and function)
 * and its task's name, so that the threads of a pool and the children of a server are one line. A
 * hit of a known thread at a known instruction costs two look-ups and no memory.
 */
export class Writers {
  private readonly tallies = new Map<string, Tally>();
  /** By thread, then by spot, then by instruction. */
  private readonly shortcuts = new Map<number, Map<number, Shortcut>[]>();
  /** The same by call stack, where that makes the writer. */
  private readonly byStack = new Map<number, Map<CallStack, Tally>[]>();
  private readonly names: WriterNames;
  private readonly options: WriterOptions;
  /** Of the last hits, each where its thread and address put it: what is hot is there again. */
  private readonly recent: (Shortcut | undefined)[] = Array(RECENT).fill(undefined);

  constructor(names: WriterNames, options: WriterOptions) {
    this.names = names;
    this.options = options;
  }

  add(hit: RawHit): void {
    const { chained, callsByValue, stacks, kernelChains } = this.options;
    const tally =
      stacks || (hit.kernel && kernelChains)
        ? this.stackShortcut(hit)
        : chained || (callsByValue && this.names.isLedTo(hit))
          ? this.tallyOf(hit)
          : this.shortcut(hit);
    tally.count += 1;
    tally.traps += hit.repeat;
    tally.lastHigh = hit.timeHigh;
    tally.lastLow = hit.timeLow;
    if (hit.valueFrom !== undefined) tally.lastValue = hit.newValue;
  }

  /** The thread ended, or its name or program changed: what it does next is named anew. */
  forget(tid: number): void {
    this.shortcuts.delete(tid);
    this.byStack.delete(tid);
    this.recent.fill(undefined);
  }

  /** The writers, the busiest first. */
  list(): readonly Writer[] {
    const writers = [...this.tallies.values()].map(toWriter);
    return writers.sort((a, b) => b.count - a.count || (a.firstNs < b.firstNs ? -1 : 1));
  }

  private shortcut(hit: RawHit): Tally {
    const place = (hit.tid ^ hit.ipLow) & (RECENT - 1);
    const recent = this.recent[place];
    if (recent !== undefined && recent.tid === hit.tid && recent.spot === hit.spot) {
      if (recent.ipLow === hit.ipLow && recent.ipHigh === hit.ipHigh) return recent.tally;
    }
    const found = this.lookUp(hit);
    this.recent[place] = found;
    return found.tally;
  }

  private lookUp(hit: RawHit): Shortcut {
    const { tid, spot, ipLow, ipHigh } = hit;
    const bySpot = this.shortcuts.get(tid) ?? [];
    const byIp = bySpot[spot] ?? new Map<number, Shortcut>();
    const key = hit.ipNumber;
    const known = byIp.get(key);
    if (known !== undefined && known.ipLow === ipLow && known.ipHigh === ipHigh) return known;
    const found = { tid, spot, ipLow, ipHigh, tally: this.tallyOf(hit) };
    this.shortcuts.set(tid, bySpot);
    bySpot[spot] = byIp;
    byIp.set(key, found);
    return found;
  }

  private stackShortcut(hit: RawHit): Tally {
    const stack = this.names.stackOf(hit);
    const bySpot = this.byStack.get(hit.tid) ?? [];
    const known = bySpot[hit.spot]?.get(stack);
    if (known !== undefined) return known;
    const tally = this.tallyOf(hit);
    if (!this.names.stack(hit).lasts) return tally;
    this.byStack.set(hit.tid, bySpot);
    bySpot[hit.spot] ??= new Map<CallStack, Tally>();
    bySpot[hit.spot]?.set(stack, tally);
    return tally;
  }

  private tallyOf(hit: RawHit): Tally {
    const named = this.names.name(hit);
    const comm = this.names.comm(hit);
    const stack = this.options.stacks ? this.names.stack(hit) : undefined;
    const callers = (stack?.frames ?? []).slice(1).map((frame) => codeOf(hit.pid, frame));
    const code = codeOf(hit.pid, named.frame, named.culprit);
    const key = [comm, hit.spot, code, named.syscall, ...callers].join("|");
    const tally = this.tallies.get(key) ?? this.newTally(key, hit, { named, comm, stack });
    if (tally.tids.size < MAX_TASKS) tally.tids.add(hit.tid);
    if (tally.pids.size < MAX_TASKS) tally.pids.add(hit.pid);
    return tally;
  }

  private newTally(key: string, hit: RawHit, who: Who): Tally {
    if (this.tallies.size >= MAX_WRITERS) {
      const others = `others ${hit.spot}`;
      const known = this.tallies.get(others);
      if (known !== undefined) return known;
      const tally = new Tally(hit, { named: OTHERS, comm: "(others)", stack: undefined });
      this.tallies.set(others, tally);
      return tally;
    }
    const tally = new Tally(hit, who);
    this.tallies.set(key, tally);
    return tally;
  }
}

/**
 * What makes code the same code, whatever address it was loaded at. A string instruction traps at two
 * addresses, so the instruction's own counts where it is known.
 */
function codeOf(pid: number, frame: Frame, culprit?: Culprit): string {
  if (frame.kind === "jit") return `${pid} ${frame.symbol} ${frame.file}:${frame.line}`;
  const instruction = culprit?.instruction?.address;
  const behind = instruction === undefined ? 0n : frame.address - instruction;
  if (frame.objectOffset !== undefined) return `${frame.path} ${frame.objectOffset - behind}`;
  return `${frame.kind === "kernel" ? "" : pid} ${frame.address - behind}`;
}

function toWriter(tally: Tally): Writer {
  const { comm, spot, named, stack, pid, tid, count, traps } = tally;
  return {
    comm,
    spot,
    mode: tally.kernel ? "kernel" : "user",
    ...named,
    stack: stack?.frames,
    stackCut: stack?.cut,
    pid,
    tid,
    threads: tally.tids.size,
    processes: tally.pids.size,
    count,
    traps,
    firstNs: joined(tally.firstHigh, tally.firstLow),
    lastNs: joined(tally.lastHigh, tally.lastLow),
    lastValue: tally.lastValue,
  };
}

function joined(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}
