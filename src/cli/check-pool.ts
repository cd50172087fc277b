import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { BugError } from "../base/index.ts";
import { type Checked, type CheckOptions, checkProgram } from "../check/index.ts";
import { Violation } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import { workerUrl } from "./search-crew.ts";

/** What of the options can be told to another thread, and changes what comes of a search. */
type JobOptions = Pick<
  CheckOptions,
  "store" | "fuse" | "reduceModel" | "symmetry" | "limits" | "mostShortening"
>;

/** A program to check. */
export interface Job {
  readonly file: string;
  readonly program: Program;
  readonly options: JobOptions;
}

export type JobReport =
  | {
      readonly kind: "checked";
      readonly checked: Omit<Checked, "violation">;
      readonly violation: Pick<Violation, "property" | "message" | "object" | "chain"> | undefined;
    }
  | { readonly kind: "broken"; readonly what: string };

/** Programs that are over by then are not worth the start of other threads. */
const ALONE_MS = 1000;
const LOOK_MS = 50;

type Asked = Omit<Job, "options">;

/**
 * Checks programs, each whole on one thread: what comes of one does not depend on how many there are.
 * This thread begins; once it has shown that they take long, others take programs, too.
 */
export class CheckPool implements AsyncDisposable {
  readonly #threads: number;
  readonly #options: CheckOptions;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #workers: Worker[] = [];
  #isOver = false;

  constructor(threads: number, options: CheckOptions) {
    this.#threads = threads;
    this.#options = options;
  }

  /** All programs, in their order. Those that nobody has begun when it is interrupted are left out. */
  async *checkAll(programs: readonly Asked[]): AsyncGenerator<Checked, void, undefined> {
    const results = programs.map(() => Promise.withResolvers<Checked | undefined>());
    // Whoever asks for them comes to a failure in its turn.
    for (const { promise } of results) promise.catch(() => undefined);
    const queue = programs.entries();
    const takeAll = async (check: (asked: Asked) => Promise<Checked>) => {
      for (const [at, asked] of queue) {
        const result = this.#isInterrupted ? Promise.resolve(undefined) : check(asked);
        await result.then(results[at]?.resolve, results[at]?.reject);
      }
    };
    // A program by itself may be shared; of several, each has a thread of its own, and its part of the memory.
    const threads = Math.min(this.#threads, programs.length);
    const { crew, ...rest } = this.#options;
    const whole = { ...rest, ...memoryPart(rest, threads) };
    const options = programs.length === 1 ? { ...whole, crew } : whole;
    void takeAll(({ file, program }) => checkProgram(file, program, options));
    if (programs.length > 1) void this.#deal(threads - 1, whole, takeAll);
    for (const { promise } of results) {
      const checked = await promise;
      if (checked !== undefined) yield checked;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  get #isInterrupted(): boolean {
    return this.#options.watch.isInterrupted?.() === true;
  }

  async #deal(
    count: number,
    options: CheckOptions,
    takeAll: (check: (asked: Asked) => Promise<Checked>) => Promise<void>,
  ): Promise<void> {
    await setTimeout(ALONE_MS, undefined, { ref: false });
    if (this.#isOver) return;
    for (let other = 0; other < count; other++) {
      const workerData = { kind: "whole", stop: this.#stop };
      const worker = new Worker(workerUrl(), { workerData });
      this.#workers.push(worker);
      void takeAll((asked) => checkOn(worker, asked, options));
    }
    // Threads that explore hear of nothing but what stands in memory that they share.
    while (!this.#isOver) {
      if (this.#isInterrupted) Atomics.store(new Int32Array(this.#stop), 0, 1);
      await setTimeout(LOOK_MS, undefined, { ref: false });
    }
  }
}

/** However many threads there are, all that they keep together is within the bound. */
function memoryPart({ limits }: CheckOptions, threads: number): Pick<CheckOptions, "limits"> {
  if (limits?.bytes === undefined) return {};
  return { limits: { ...limits, bytes: Math.floor(limits.bytes / threads) } };
}

async function checkOn(worker: Worker, asked: Asked, all: CheckOptions): Promise<Checked> {
  const { store, fuse, reduceModel, symmetry, limits, mostShortening } = all;
  const options = {
    reduceModel,
    ...(store !== undefined && { store }),
    ...(fuse !== undefined && { fuse }),
    ...(symmetry !== undefined && { symmetry }),
    ...(limits !== undefined && { limits }),
    ...(mostShortening !== undefined && { mostShortening }),
  };
  const { file, program } = asked;
  return checkedOf(file, await answerOf(worker, { file, program, options }));
}

function answerOf(worker: Worker, job: Job): Promise<JobReport> {
  return new Promise((resolve) => {
    const answer = (report: JobReport) => {
      worker.off("message", answer);
      worker.off("error", fail);
      resolve(report);
    };
    // As when it has no memory left.
    const fail = ({ message }: Error) => answer({ kind: "broken", what: message });
    worker.on("message", answer);
    worker.on("error", fail);
    worker.postMessage(job);
  });
}

function checkedOf(file: string, report: JobReport): Checked {
  if (report.kind === "broken") throw new BugError(`${file}: ${report.what}`);
  const { checked, violation } = report;
  if (violation === undefined) return { ...checked, violation };
  const again = new Violation(violation.property, violation.message, violation.object);
  again.chain = violation.chain;
  return { ...checked, violation: again };
}
