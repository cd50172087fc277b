import { setTimeout as sleep } from "node:timers/promises";
import type { Coverage } from "./coverage.ts";
import { type Hit, keepHit } from "./hit.ts";
import { openSession } from "./open-session.ts";
import type { WatchOptions } from "./options.ts";
import type { RawHit } from "./raw-hit.ts";
import type { EndReason, HitSink, Session } from "./session.ts";
import type { Spot } from "./spot.ts";
import { type Writer, Writers } from "./writers.ts";

/** How often the rings are looked at. At 100,000 hits a second, 2,000 wait by then. */
const POLL_MS = 20;
/** Hits that are held at a time for a loop that takes them one by one. */
const BATCH = 4096;

/** What a watch found, whole only once it has ended. */
export interface WatchReport {
  readonly hits: number;
  /** How often registers fired for them: a string instruction does for each element. */
  readonly traps: number;
  /** Accesses that were left out: watched for reads, these only wrote. */
  readonly writesLeftOut: number;
  /** Who made them, the busiest first. */
  readonly writers: readonly Writer[];
  readonly coverage: Coverage;
  readonly ended: EndReason;
}

/**
 * A running watch: an async iterable of its hits, in the order of time.
 *
 * The hits wait in the kernel's rings until the loop asks for them, so memory does not grow; a loop
 * that is slower than the hits loses some, and `report().coverage.lost` says how many.
 */
export class Watch implements AsyncIterable<Hit>, Disposable, AsyncDisposable {
  private readonly session: Session;
  private readonly withStack: boolean;
  private readonly writers: Writers;

  constructor(options: WatchOptions) {
    this.session = openSession(options);
    this.withStack = options.stack === true;
    this.writers = writersOf(this.session, this.withStack);
  }

  /** What is watched, as found in the processes. */
  get watches(): readonly Spot[] {
    return this.session.parts.spots;
  }

  /** The process id of the command that was launched, if one was. */
  get pid(): number | undefined {
    return this.session.parts.launched?.pid;
  }

  /** Ends the watch: disarms, and lets the loop finish with the hits made until now. */
  stop(): void {
    this.session.stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Hit, void, void> {
    let batch: Hit[] = [];
    const sink = this.sink((hit) => batch.push(hit));
    while (this.session.ended === undefined) {
      const more = this.session.drain(sink, BATCH);
      yield* batch;
      batch = [];
      if (!more && this.session.ended === undefined) await sleep(POLL_MS);
    }
    this.session.finish(sink);
    yield* batch;
  }

  /** Ends the watch, if it has not ended, and tells what it found. */
  report(): WatchReport {
    const coverage = this.session.finish(this.sink(() => undefined));
    return {
      hits: this.session.hits,
      traps: this.session.traps,
      writesLeftOut: this.session.writesLeftOut,
      writers: this.writers.list(),
      coverage,
      ended: this.session.ended ?? "stopped",
    };
  }

  /**
   * Ends the watch, if it has not ended, and closes everything. The processes go on as if nothing
   * had been. A loop that still runs ends; `report` stays.
   */
  [Symbol.dispose](): void {
    try {
      this.report();
    } finally {
      this.session[Symbol.dispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }

  private sink(keep: (hit: Hit) => void): HitSink {
    return {
      hit: (raw) => {
        this.writers.add(raw);
        keep(keepHit(this.session, raw, this.withStack));
      },
      forget: (tid) => this.writers.forget(tid),
    };
  }
}

/** The table of writers for a session; with `stacks` each call chain is one of its own. */
export function writersOf(session: Session, stacks: boolean): Writers {
  const { namer } = session.parts;
  const names = {
    name: (hit: RawHit) => namer.name(hit),
    comm: (hit: RawHit) => session.commOf(hit),
    stackOf: (hit: RawHit) => namer.stackOf(hit),
    stack: (hit: RawHit) => namer.stack(hit),
    isLedTo: (hit: RawHit) => namer.isLedTo(hit),
  };
  const { kernelMode } = session.parts.arming.plan;
  const { chained, callsByValue } = namer;
  return new Writers(names, { chained, callsByValue, stacks, kernelChains: kernelMode });
}

/**
 * Watches who accesses an address in live processes, without stopping them.
 *
 *     using counter = watch({ target: { pids: [1234] }, where: ["counter"], timeoutMs: 10_000 });
 *     for await (const hit of counter) console.log(hit.comm, hit.frame.symbol);
 *     console.log(counter.report().coverage);
 *
 * Everything is armed when this returns. Throws WatchError: the request is wrong, a process is not
 * there, a right or a free register is missing.
 */
export function watch(options: WatchOptions): Watch {
  return new Watch(options);
}
