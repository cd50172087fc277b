import { type Signal, signal } from "@preact/signals";
import type { Replayable } from "../../check/index.ts";
import type { RecordedRun } from "../../recording/index.ts";
import type { Answer, Count, Job, Request } from "./messages.ts";

/** What the checker is at, and what it has to show. */
export type Work =
  | { readonly kind: "idle" }
  | { readonly kind: "busy"; readonly doing: Request["kind"]; readonly count: Count | undefined }
  | { readonly kind: "refused"; readonly why: string };

/** The checker as the page has it: in a worker, so that the page never stands still. */
export class Checker {
  readonly work: Signal<Work> = signal({ kind: "idle" });
  /** What came of the last job; of one that still looks for a shorter way, what was found. */
  readonly run: Signal<RecordedRun | undefined> = signal(undefined);
  /** ms from the question to the first failure or the end. */
  readonly took: Signal<number | undefined> = signal(undefined);
  /** Started before it is needed: to read its code takes a while. */
  #worker: Worker | undefined = this.#start();
  #asked = 0;
  #ended: (() => void) | undefined;

  /** Resolves at the end, however it ends. */
  check(job: Job): Promise<void> {
    return this.#ask({ kind: "check", job });
  }

  runLines(job: Job): Promise<void> {
    return this.#ask({ kind: "run", job });
  }

  replay(run: Replayable): Promise<void> {
    return this.#ask({ kind: "replay", run });
  }

  /** Ends a search with what was explored. */
  stop(): void {
    this.#worker?.postMessage({ kind: "stop" } satisfies Request);
  }

  /** What was asked for cannot even be tried. */
  refuse(why: string): void {
    this.run.value = undefined;
    this.work.value = { kind: "refused", why };
  }

  #ask(request: Exclude<Request, { kind: "stop" }>): Promise<void> {
    if (this.work.value.kind === "busy") this.#abandon();
    this.#worker ??= this.#start();
    this.run.value = undefined;
    this.took.value = undefined;
    this.work.value = { kind: "busy", doing: request.kind, count: undefined };
    this.#asked = performance.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = resolve;
    this.#worker.postMessage(request);
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    worker.onerror = ({ message }) =>
      this.#take({ kind: "refused", why: message || "the worker cannot be started" });
    return worker;
  }

  /** Nobody waits any more for what it is at. */
  #abandon(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ended?.();
  }

  #take(answer: Answer): void {
    const { work } = this;
    switch (answer.kind) {
      case "count":
        if (work.value.kind === "busy") work.value = { ...work.value, count: answer.count };
        return;
      case "found":
        this.#show(answer.run);
        return;
      case "done":
        this.#show(answer.run);
        work.value = { kind: "idle" };
        this.#ended?.();
        return;
      case "refused":
        work.value = { kind: "refused", why: answer.why };
        this.#ended?.();
    }
  }

  #show(run: RecordedRun): void {
    this.took.value ??= performance.now() - this.#asked;
    this.run.value = run;
  }
}
