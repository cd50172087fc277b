import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import {
  type Exploration,
  type ExploreOptions,
  search,
  type Together,
} from "../../src/explore/index.ts";
import { MODELS, type ModelName } from "./by-name.ts";
import type { Search } from "./worker.ts";

interface TogetherOptions extends ExploreOptions {
  /** How many states are explored before the others join. */
  readonly alone?: number;
  readonly onEnd?: (search: Together) => void;
  /** Another model, to see what comes of it. */
  readonly workersBuild?: ModelName;
}

/** Threads that stay, as this one does, so that all have compiled what a second search needs. */
const workers: Worker[] = [];

/** Explores a model by so many threads, this one included, from its first states on. */
export async function exploreTogether(
  name: ModelName,
  threads: number,
  options: TogetherOptions = {},
): Promise<Exploration> {
  while (workers.length < threads - 1) workers.push(startWorker());
  const ports = workers.slice(0, threads - 1).map((worker) => {
    const { port1: here, port2: port } = new MessageChannel();
    worker.postMessage({ name: options.workersBuild ?? name, port } satisfies Search, [port]);
    return here;
  });
  try {
    // A search that takes long goes on alone until they are there; a small one would be over by then.
    await Promise.all(ports.map((port) => once(port, "message")));
    const alone = search(MODELS[name](), options);
    alone.advance(options.alone ?? 100);
    const crew = ports.map((port) => ({
      post: (message: unknown) => port.postMessage(message),
      listen: (listener: (message: unknown) => void) => {
        port.on("message", listener);
      },
    }));
    if (!alone.canBeShared) return alone.result();
    const together = alone.share(crew);
    while (await together.advance()) {
      // Nothing else is to be done between.
    }
    options.onEnd?.(together);
    return together.result();
  } finally {
    for (const port of ports) port.close();
  }
}

function startWorker(): Worker {
  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  worker.unref();
  return worker;
}
