import type { MessagePort } from "node:worker_threads";
import { parentPort } from "node:worker_threads";
import { serveSearch } from "../../src/explore/index.ts";
import { MODELS, type ModelName } from "./by-name.ts";

/** What a thread is asked for: its share of a search of this model, on a port of that search's own. */
export interface Search {
  readonly name: ModelName;
  readonly port: MessagePort;
}

parentPort?.on("message", ({ name, port }: Search) => {
  serveSearch(MODELS[name](), {
    post: (message) => port.postMessage(message),
    listen: (listener) => port.on("message", listener),
  });
});
