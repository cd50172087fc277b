import { Worker } from "node:worker_threads";
import type { Crew, ProgramData } from "../check/index.ts";
import type { Colleague } from "../explore/index.ts";

/** Threads that explore a program together with this one. They end with it, or when disposed of. */
export class SearchCrew implements Crew {
  readonly colleagues: readonly Colleague[];
  #missing: number;
  #error: Error | undefined;
  readonly #workers: readonly Worker[];

  /** `count` are those besides this one. */
  constructor(count: number, data: ProgramData) {
    const source = workerUrl();
    const workerData = { kind: "share", ...data };
    this.#workers = Array.from({ length: count }, () => new Worker(source, { workerData }));
    this.colleagues = this.#workers.map(colleagueIn);
    this.#missing = count;
    for (const worker of this.#workers) {
      worker.once("message", () => this.#missing--);
      worker.once("error", (error) => {
        this.#error = error;
      });
    }
  }

  get isReady(): boolean {
    if (this.#error !== undefined) throw this.#error;
    return this.#missing === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** By the way from one room to another, which is the same from the code as shipped. */
export function workerUrl(): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`../cli/check-worker.${extension}`, import.meta.url);
}

function colleagueIn(worker: Worker): Colleague {
  return {
    post: (message) => worker.postMessage(message),
    listen: (listener) => {
      worker.on("message", listener);
      // As when it has no memory left: then nobody answers any more.
      worker.on("error", ({ message }) => listener({ kind: "broken", what: message }));
    },
  };
}
