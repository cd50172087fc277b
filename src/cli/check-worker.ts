import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../base/index.ts";
import { explorableProgram, type ProgramData } from "../check/index.ts";
import { serveSearch } from "../explore/index.ts";

/** A thread of `trapline check`: builds the model of the program that it is given, and explores. */
const { program, name, options }: ProgramData = workerData;
const port = parentPort;
assert(port !== null, "check-worker.ts is to be started as a worker");
serveSearch(explorableProgram(program, name, options), {
  post: (message) => port.postMessage(message),
  listen: (listener) => port.on("message", listener),
});
