import { parentPort, workerData } from "node:worker_threads";
import { serveSearch } from "../../src/explore/index.ts";
import { MODELS, type ModelName } from "./by-name.ts";

/** A thread that explores the model whose name it is given, together with whoever started it. */
const name: ModelName = workerData;
const port = parentPort;
if (port === null) throw new Error("it is to be started as a worker");
serveSearch(MODELS[name](), {
  post: (message) => port.postMessage(message),
  listen: (listener) => port.on("message", listener),
});
