import { setImmediate } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../base/index.ts";
import { checkProgram, explorableProgram, type ProgramData } from "../check/index.ts";
import { serveSearch } from "../explore/index.ts";
import type { Job, JobReport } from "./check-pool.ts";

/** What a thread of `trapline check` is for: its share of one search, or searches of its own. */
export type WorkerData =
  | ({ readonly kind: "share" } & ProgramData)
  | { readonly kind: "whole"; readonly stop: SharedArrayBuffer };

const port = parentPort;
assert(port !== null, "check-worker.ts is to be started as a worker");
const data: WorkerData = workerData;

if (data.kind === "share") {
  const { program, name, options } = data;
  serveSearch(explorableProgram(program, name, options), {
    post: (message) => port.postMessage(message),
    listen: (listener) => port.on("message", listener),
  });
} else {
  const stop = new Int32Array(data.stop);
  const watch = { now: () => performance.now(), isInterrupted: () => Atomics.load(stop, 0) !== 0 };
  port.on("message", async ({ file, program, options }: Job) => {
    port.postMessage(await reportOf(file, program, { ...options, watch, pause: setImmediate }));
  });
}

async function reportOf(...job: Parameters<typeof checkProgram>): Promise<JobReport> {
  try {
    const { violation, ...checked } = await checkProgram(...job);
    if (violation === undefined) return { kind: "checked", checked, violation };
    // An error loses what it is on its way to another thread.
    const { property, message, object, chain } = violation;
    return { kind: "checked", checked, violation: { property, message, object, chain } };
  } catch (error) {
    return { kind: "broken", what: error instanceof Error ? error.message : String(error) };
  }
}
