import { BugError } from "../base/index.ts";
import { type Checkpoint, countersIn, countersOf, encodeCheckpoint } from "./checkpoint.ts";
import { type Colleague, isReport, type Join, type Order, type Report, Share } from "./crew.ts";
import type { Done, Failed } from "./expander.ts";
import { type Counterexample, type Exploration, verdictOf } from "./exploration.ts";
import { type Bound, Limiter, type Limits, type Watch } from "./limits.ts";
import type { Model } from "./model.ts";
import { concatenated, lengthOf, SharedRows } from "./shared-rows.ts";
import { CONTROL } from "./shared-states.ts";
import { type IndexedMove, movesOf } from "./trace.ts";

export interface SharedOptions {
  readonly limits: Limits;
  readonly watch: Watch;
  readonly method: string;
  readonly symmetry: boolean;
  readonly fuse: boolean;
  /** What the search took before it was shared. */
  readonly seconds: number;
}

const NEVER = 0x7fffffff;
/** So many states are explored before the limits are looked at. A key has room for no more. */
const LONGEST_QUEUE = (1 << 15) - 2;
const LEAST_QUEUE = 256;
/** And for so long, if nobody counts them: whoever interrupts does not want to wait. */
const QUEUE_MS = 150;
/** A shorter queue is explored before others have heard of it. */
const WORTH_POSTING = 256;
/** The numbers of values may take so much; the pages are had when they are written. */
const LOG_BYTES = 2 ** 30;

/**
 * A search breadth first by several threads. A queue of states is explored by all; then what they
 * have found is put in the order in which one thread would have found it. So the states, the ways
 * to them and the first failure are the same whatever the number of threads.
 */
export class SharedSearch {
  readonly #model: Model;
  readonly #options: SharedOptions;
  readonly #crew: readonly Colleague[];
  readonly #identity: Int32Array;
  readonly #first: Int32Array;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.size));
  readonly #share: Share;
  readonly #rows: SharedRows;
  readonly #limiter: Limiter;
  readonly #bounds = new Set<Bound>();
  readonly #reached: Int32Array;
  #transitions: number;
  #depth: number;
  // The states that are found and not explored: of this level, and of the next.
  #queue: Int32Array;
  #queueAt = 0;
  #longestQueue = LEAST_QUEUE;
  #next: Int32Array[] = [];
  #failed: Failed | undefined;
  #failedRow = 0;
  #reports: ((report: Report) => void)[] = [];
  #broken: Report | undefined;
  #isDone = false;

  constructor(
    model: Model,
    it: {
      readonly snapshot: Checkpoint;
      readonly crew: readonly Colleague[];
      readonly options: SharedOptions;
    },
  ) {
    const { snapshot, crew, options } = it;
    this.#model = model;
    this.#options = options;
    this.#crew = crew;
    this.#identity = snapshot.identity;
    this.#first = Int32Array.from(model.memory.words);
    this.#limiter = new Limiter(options.limits, options.watch, options.seconds);
    this.#reached = Int32Array.from(snapshot.goals);
    const { transitions, depth, head, levelEnd } = countersIn(snapshot.counters);
    this.#transitions = transitions;
    this.#depth = depth;
    if (options.limits.states !== undefined) this.#longestQueue = LONGEST_QUEUE;
    const join = this.#join(snapshot);
    this.#share = new Share(model, join);
    this.#rows = new SharedRows(this.#control, this.#share.collapse.width);
    this.#rows.fill(snapshot, {
      mostNumber: this.#share.collapse.mostNumber,
      hashOf: (at) => this.#share.hashOf(snapshot.vectors, at),
    });
    const from = (first: number, end: number) =>
      Int32Array.from({ length: end - first }, (_, at) => first + at);
    this.#queue = from(head, levelEnd);
    this.#next = [from(levelEnd, snapshot.parents.length)];
  }

  /** Explores one queue; false when there is nothing more to explore, or a limit is reached. */
  async advance(): Promise<boolean> {
    if (this.#isDone) return false;
    if (this.#queueAt === this.#queue.length) this.#nextLevel();
    if (!this.#isDone && this.#isOver()) this.#isDone = true;
    if (!this.#isDone) await this.#exploreQueue();
    return !this.#isDone;
  }

  #join({ values }: Checkpoint): Join {
    const { fuse, symmetry } = this.#options;
    const log = new SharedArrayBuffer(1 << 16, { maxByteLength: LOG_BYTES });
    const control = this.#control.buffer;
    if (!(control instanceof SharedArrayBuffer)) throw new BugError("the control is shared");
    const join: Join = { kind: "join", fuse, symmetry, first: this.#first, values, control, log };
    for (const [at, colleague] of this.#crew.entries()) {
      colleague.listen((message) => {
        if (!isReport(message)) return;
        // Whoever cannot go on may say so before he is asked anything.
        if (message.kind === "broken") this.#broken = message;
        this.#reports[at]?.(message);
      });
      colleague.post(join);
    }
    return join;
  }

  #nextLevel(): void {
    this.#queue = concatenated(this.#next);
    this.#next = [];
    this.#queueAt = 0;
    if (this.#queue.length === 0) this.#isDone = true;
    else this.#depth++;
  }

  #isOver(): boolean {
    const bound = this.#limiter.reached({
      states: this.#rows.count,
      transitions: this.#transitions,
      depth: this.#depth + 1,
      queue: this.#queue.length - this.#queueAt + lengthOf(this.#next),
      bytes: this.#bytes,
    });
    if (bound !== undefined) this.#bounds.add(bound);
    return bound !== undefined;
  }

  async #exploreQueue(): Promise<void> {
    const end = Math.min(this.#queueAt + this.#longestQueue, this.#queue.length);
    const start = this.#options.watch.now?.() ?? 0;
    const part = this.#queue.subarray(this.#queueAt, end);
    const queue = new SharedArrayBuffer(4 * part.length);
    new Int32Array(queue).set(part);
    const fresh: Int32Array[] = [];
    let done: readonly Done[];
    Atomics.store(this.#control, CONTROL.settled, Atomics.load(this.#control, CONTROL.rows));
    do {
      this.#rows.makeRoom(part.length, Atomics.exchange(this.#control, CONTROL.stop, 0));
      done = await this.#runAll({ ...this.#rows.order, queue, count: part.length });
      fresh.push(...done.map((one) => one.fresh));
    } while (Atomics.load(this.#control, CONTROL.stop) !== 0);
    const keys = this.#rows.settle(fresh, part);
    const failed = done.map((one) => one.failed).filter((one) => one !== undefined);
    if (failed.length > 0) this.#end(failed, { queue, part, keys });
    else for (const one of done) this.#count(one);
    this.#next.push(this.#rows.settled);
    this.#queueAt = end;
    const ms = (this.#options.watch.now?.() ?? start) - start;
    // A bound of states must not hang on how fast they come.
    if (ms === 0 || this.#options.limits.states !== undefined) return;
    const inTime = Math.round((part.length * QUEUE_MS) / ms);
    this.#longestQueue = Math.min(LONGEST_QUEUE, Math.max(LEAST_QUEUE, inTime));
  }

  async #runAll(order: Omit<Order, "kind">): Promise<readonly Done[]> {
    Atomics.store(this.#control, CONTROL.next, 0);
    Atomics.store(this.#control, CONTROL.failed, NEVER);
    const crew = order.count < WORTH_POSTING ? [] : this.#crew;
    const reports = crew.map(
      (_, at) =>
        new Promise<Report>((resolve) => {
          this.#reports[at] = resolve;
          if (this.#broken !== undefined) resolve(this.#broken);
        }),
    );
    for (const colleague of crew) colleague.post({ kind: "explore", ...order } satisfies Order);
    const own = this.#share.explore(order);
    const others = await Promise.all(reports);
    return [
      own,
      ...others.map((report) => {
        if (report.kind === "done") return report.done;
        throw new BugError(`a worker cannot go on: ${report.what}`);
      }),
    ];
  }

  #count({ transitions, isBeyond, goals }: Done): void {
    this.#transitions += transitions;
    if (isBeyond) this.#bounds.add("capacity");
    for (const goal of goals) this.#reached[goal] = 1;
  }

  /**
   * The first failure is the one that one thread would have met. What was found besides, after the
   * state that fails, is forgotten; what came before is counted again.
   */
  #end(
    all: readonly Failed[],
    it: {
      readonly queue: SharedArrayBuffer;
      readonly part: Int32Array;
      readonly keys: Int32Array;
    },
  ): void {
    const [first] = all.toSorted((one, other) => (one.key >>> 0) - (other.key >>> 0));
    if (first === undefined) return;
    const place = first.key >>> 16;
    this.#share.forget();
    Atomics.store(this.#control, CONTROL.next, 0);
    this.#count(this.#share.explore({ ...this.#rows.order, queue: it.queue, count: place }));
    this.#rows.forget(it.keys.filter((key) => key >>> 16 > place).length);
    this.#failed = first;
    this.#failedRow = it.part[place - 1] ?? 0;
    this.#isDone = true;
  }

  result(): Exploration {
    const { goals } = this.#model;
    const unreached = goals.filter((_, at) => this.#reached[at] !== 1).map(({ name }) => name);
    const counterexample = this.#counterexample();
    const isComplete = this.#bounds.size === 0 && this.#isDone;
    const hasFailed = counterexample !== undefined;
    return {
      verdict: verdictOf({ hasFailed, isComplete, unreached }),
      states: this.#rows.count,
      transitions: this.#transitions,
      depth: this.#depth,
      seconds: this.#limiter.seconds,
      bytes: this.#bytes,
      storeBytes: this.#rows.bytes,
      counterexample,
      bounds: [...this.#bounds],
      method: this.#options.method,
      omission: 0,
      unreached,
    };
  }

  #counterexample(): Counterexample | undefined {
    const failed = this.#failed;
    if (failed === undefined) return undefined;
    const { property, what, key, isEnd } = failed;
    const last = { index: (key >>> 8) & 0xff, choice: key & 0xff };
    const way: IndexedMove[] = [...this.#rows.wayTo(this.#failedRow), ...(isEnd ? [] : [last])];
    const symmetries = this.#options.symmetry ? (this.#model.symmetries ?? []) : [];
    const moves = movesOf(this.#model, this.#first, { way, symmetries });
    return { property, what, moves, isShortest: true };
  }

  /** The same as of a search that was never shared. */
  save(): Uint8Array<ArrayBuffer> {
    const queue = concatenated([this.#queue.subarray(this.#queueAt), ...this.#next]);
    const levelEnd = this.#rows.count - lengthOf(this.#next);
    const head = this.#rows.count - queue.length;
    const [transitions, depth] = [this.#transitions, this.#depth];
    return encodeCheckpoint({
      identity: this.#identity,
      counters: countersOf({ transitions, depth, head, levelEnd }),
      goals: this.#reached,
      values: this.#share.collapse.contents(),
      ...this.#rows.inOrder(queue),
    });
  }

  get #bytes(): number {
    const threads = 1 + this.#crew.length;
    return this.#rows.bytes + this.#share.collapse.bytes * threads;
  }
}
