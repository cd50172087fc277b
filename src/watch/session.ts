import type { SideRecord } from "../abi/index.ts";
import { assert } from "../base/index.ts";
import { commOf, type Launched, onlineCpus, type Sys } from "../linux/index.ts";
import type { Symbolizer } from "../symbols/index.ts";
import type { Arming } from "./arming.ts";
import { type Asked, Asking } from "./asked.ts";
import type { Coverage, Gap } from "./coverage.ts";
import { Family } from "./family.ts";
import { Fold } from "./fold.ts";
import type { ValueRebuilder } from "./last-values.ts";
import { Liveness } from "./liveness.ts";
import type { Snapshot } from "./memory.ts";
import type { Namer } from "./namer.ts";
import type { RawHit } from "./raw-hit.ts";
import { Reader } from "./reader.ts";
import { reconcile } from "./reconcile.ts";
import type { Sites } from "./sites.ts";
import type { Spot } from "./spot.ts";
import type { Stacks } from "./stacks.ts";
import type { StrangerFilter } from "./stranger-filter.ts";
import type { Tasks } from "./tasks.ts";

/** Why a watch ended. */
export type EndReason = "stopped" | "max-hits" | "timeout" | "targets-ended" | "target-stopped";

/** What a session is made of; `openSession` puts it together. */
export interface SessionParts {
  readonly sys: Sys;
  readonly arming: Arming;
  readonly tasks: Tasks;
  readonly spots: readonly Spot[];
  readonly symbols: Symbolizer;
  readonly filter: StrangerFilter | undefined;
  readonly pidfds: ReadonlyMap<number, number>;
  /** Processes that were there before the first fork record. */
  readonly before: ReadonlySet<number>;
  /** What was in the watched memory before the registers were armed; empty where not read. */
  readonly memoryBefore: Snapshot;
  /** Whose accesses are counted. */
  readonly cpus: readonly number[];
  /** All that were there when the registers were armed. */
  readonly online: readonly number[];
  readonly watchesAll: boolean;
  readonly maxHits: number;
  readonly timeoutMs: number;
  readonly why: string | undefined;
  readonly selfTest: Coverage["selfTest"];
  readonly gaps: readonly Gap[];
  readonly sites: Sites;
  readonly stacks: Stacks;
  readonly namer: Namer;
  /** Finds values out where no program may read them; undefined where none were asked for. */
  readonly rebuilder: ValueRebuilder | undefined;
  /** What was asked beyond telling of every hit. */
  readonly asked: Asked;
  /** The command that was launched for the watch, running by now. */
  readonly launched: Launched | undefined;
  /** Closes everything above. */
  readonly resources: DisposableStack;
}

/** Who gets the hits, in the order of time. */
export interface HitSink {
  /** `hit` is valid during the call only. */
  hit(hit: RawHit): void;
  /** A thread ended, or is another program or has another name now. */
  forget?(tid: number): void;
  /** What became of a watched task, or that it was switched, and when. */
  life?(record: SideRecord, time: bigint): void;
  /** Hits that a ring had no room for, of this processor's tasks if it is one processor's. */
  lost?(count: bigint, cpu: number | undefined): void;
  /** Nothing was watched in between, to keep within the overhead that was asked for. */
  paused?(from: bigint, to: bigint): void;
}

/**
 * A record is stamped before it is published; one that is older than this has been published, or its
 * CPU was held up between the two. Then a fork may be read late, which `Family` allows for.
 */
const SETTLE_NS = 2_000_000;
const MOST_PASSES = 100;
const NOBODY: HitSink = { hit: () => undefined };

/** A running watch: registers armed, rings filling. Must be disposed of. */
export class Session implements Disposable {
  /** When all registers were armed, in ns of CLOCK_MONOTONIC. */
  readonly sinceNs: bigint;
  /** Accesses handed over so far. */
  hits = 0;
  /** How often registers fired for them. */
  traps = 0;
  /** Accesses that were left out: they only wrote, where reads are watched. */
  writesLeftOut = 0;
  readonly parts: SessionParts;
  private readonly reader: Reader;
  private readonly fold: Fold;
  private readonly family: Family;
  private readonly liveness: Liveness;
  private readonly asking: Asking;
  private sink = NOBODY;
  private untilNs: bigint | undefined;
  private reason: EndReason | undefined;
  private coverage: Coverage | undefined;
  private closed = false;

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.liveness = new Liveness(parts.sys, parts.tasks, parts.pidfds);
    this.asking = new Asking(parts.asked, {
      ...parts,
      living: () => parts.tasks.living(),
      commOf: (hit) => this.commOf(hit),
      paused: (from, to) => this.sink.paused?.(from, to),
    });
    this.family = new Family({
      ...parts,
      life: this.asking,
      followChildren: parts.arming.plan.children,
      forget: (tid) => this.forget(tid),
    });
    this.fold = new Fold({
      sites: parts.sites,
      spots: parts.spots,
      plan: parts.arming.plan,
      tell: (hit) => this.take(hit),
    });
    this.reader = new Reader(parts.arming, {
      isWatched: (pid, spot) => this.family.isWatched(pid, spot),
      hit: (hit) => this.fold.take(hit),
      side: (record, time) => this.takeSide(record, time),
      lost: (count, cpu) => this.sink.lost?.(count, cpu),
    });
    parts.arming.enable();
    this.sinceNs = process.hrtime.bigint();
    this.asking.begin(parts.memoryBefore);
  }

  /** Why it ended; undefined while it runs. */
  get ended(): EndReason | undefined {
    return this.reason;
  }

  /**
   * Hands over what the rings hold now, at most `limit` hits, and notices the end. True when it
   * stopped at the limit: more may be waiting.
   */
  drain(sink: HitSink, limit = Number.POSITIVE_INFINITY): boolean {
    if (this.coverage !== undefined || this.closed) return false;
    this.sink = sink;
    const until = this.hits + limit;
    const now = process.hrtime.bigint();
    this.parts.symbols.noteLook();
    this.liveness.check(Number(now));
    this.asking.check(now);
    const horizon = Number(now) - SETTLE_NS;
    this.reader.drain(horizon, () => this.hits >= until);
    if (this.hits >= until) return true;
    for (const tid of this.liveness.read(horizon)) this.forget(tid);
    const { tasks, watchesAll, timeoutMs } = this.parts;
    if (!watchesAll && tasks.living().length === 0) this.end("targets-ended");
    if (Number(now - this.sinceNs) / 1e6 >= timeoutMs) this.end("timeout");
    return false;
  }

  /** Ends the watch. What the rings hold by now is still handed over by `finish`. */
  stop(): void {
    this.end("stopped");
  }

  /**
   * Disarms, hands over what the rings still hold, and accounts for every hit that the kernel
   * counted. Repeats its answer when asked again.
   */
  finish(sink: HitSink): Coverage {
    if (this.coverage !== undefined) return this.coverage;
    assert(!this.closed, "a session is finished before it is closed: its rings are gone");
    this.end("stopped");
    this.sink = sink;
    const { arming, tasks, filter, parts } = { ...this.parts, parts: this.parts };
    parts.symbols.noteLook();
    const untilNs = this.untilNs ?? process.hrtime.bigint();
    this.untilNs = untilNs;
    this.disarm();
    this.fold.flush();
    const reckoning = reconcile(arming, this.reader, filter);
    const { gaps: askedGaps, ...asked } = this.asking.report(this.sinceNs, untilNs);
    this.coverage = {
      strategy: arming.strategy,
      why: parts.why,
      sinceNs: this.sinceNs,
      untilNs,
      cpus: parts.cpus,
      ...tasks.counts(),
      kernelMode: arming.plan.kernelMode,
      lost: reckoning.lost,
      strangers: reckoning.strangers,
      selfTest: parts.selfTest,
      ...asked,
      ...notesOf(parts),
      gaps: [
        ...parts.gaps,
        ...askedGaps,
        ...reckoning.gaps,
        ...this.family.lateGaps(),
        ...this.lateGaps(),
      ],
    };
    return this.coverage;
  }

  [Symbol.dispose](): void {
    this.closed = true;
    this.end("stopped");
    this.parts.resources.dispose();
  }

  /** The name of the task that made a hit, at the time it made it. */
  commOf(hit: RawHit): string {
    const { tasks } = this.parts;
    const known = tasks.commOf(hit.tid);
    if (known !== undefined) return known;
    const comm = commOf(hit.tid);
    if (comm !== undefined) tasks.nameTask(hit.tid, comm);
    // Gone, and its birth not read yet: it bears its process's name, or a record of another is to come.
    return comm ?? tasks.commOf(hit.pid) ?? "?";
  }

  /**
   * Disables and empties the rings until no more is counted: a thread that inherits its events in the
   * moment in which they are disabled goes on counting, until it is disabled with the next pass.
   */
  private disarm(): void {
    const { arming } = this.parts;
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      arming.disable();
      const before = arming.counted();
      this.reader.drain(Number.POSITIVE_INFINITY, () => false);
      if (arming.counted() === before) return;
    }
  }

  private end(reason: EndReason): void {
    this.reason ??= reason;
  }

  private take(hit: RawHit): void {
    if (this.hits >= this.parts.maxHits || this.reason === "target-stopped") return;
    if (this.untilNs !== undefined && hit.time > this.untilNs) return;
    // Some registers were armed before others. Hits come in the order of time, so this ends soon.
    if (this.hits === 0 && hit.time < this.sinceNs) return;
    if (this.parts.spots[hit.spot]?.mode === "r" && this.parts.sites.of(hit).onlyWrites) {
      this.writesLeftOut += 1;
      return;
    }
    if (!this.asking.keeps(hit)) return;
    this.hits += 1;
    this.traps += hit.repeat;
    this.sink.hit(hit);
    if (this.asking.stops(hit)) {
      this.untilNs = hit.time;
      this.end("target-stopped");
    }
    if (this.hits < this.parts.maxHits) return;
    this.untilNs = hit.time;
    this.end("max-hits");
  }

  private takeSide(record: SideRecord, time: bigint): void {
    const { tasks } = this.parts;
    const isOurs = "pid" in record && tasks.isWatched(record.pid);
    this.family.take(record);
    const isOursNow = "pid" in record && tasks.isWatched(record.pid);
    if (isOurs || isOursNow) this.sink.life?.(record, time);
  }

  /** A thread ended, or it is another program now. */
  private forget(tid: number): void {
    this.fold.forget(tid);
    this.parts.sites.forget(tid);
    this.parts.stacks.forget(tid);
    this.sink.forget?.(tid);
  }

  private lateGaps(): readonly Gap[] {
    const gaps: Gap[] = [];
    const before = this.parts.online.join();
    const now = onlineCpus().join();
    if (now !== before) {
      const text = `the CPUs online changed from ${before} to ${now}: what ran on new ones was not seen`;
      gaps.push({ kind: "cpu-online", text });
    }
    if (this.parts.namer.sawInlining) {
      const text =
        "inlined JavaScript functions: optimised code bears its outermost function's name; start it with --no-turbo-inlining --no-maglev-inlining to tell them apart";
      gaps.push({ kind: "inlined-scripts", text });
    }
    if (this.reader.sideLost > 0n) {
      const what = this.parts.arming.plan.switches ? "switches, forks" : "forks";
      const text = `${this.reader.sideLost} records of ${what}, execs and exits were lost: a child may be missing`;
      gaps.push({ kind: "records-lost", text });
    }
    return gaps;
  }
}

function notesOf({ spots, asked }: SessionParts): Pick<Coverage, "notes"> {
  const ofSpots = spots.flatMap(({ name, note }) => (note === undefined ? [] : `${name}: ${note}`));
  const notes = [...ofSpots, ...(asked.sieve?.conditions.notes ?? [])];
  return notes.length === 0 ? {} : { notes: [...new Set(notes)] };
}
