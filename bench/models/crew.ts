import { Worker } from "node:worker_threads";
import {
  type Exploration,
  type ExploreOptions,
  search,
  type Together,
} from "../../src/explore/index.ts";
import { MODELS, type ModelName } from "./by-name.ts";

interface TogetherOptions extends ExploreOptions {
  /** How many states are explored before the others join. */
  readonly alone?: number;
  readonly onEnd?: (search: Together) => void;
  /** Another model, to see what comes of it. */
  readonly workersBuild?: ModelName;
}

/** Explores a model by so many threads, this one included, from its first states on. */
export async function exploreTogether(
  name: ModelName,
  threads: number,
  options: TogetherOptions = {},
): Promise<Exploration> {
  const { workersBuild: workerData = name } = options;
  const workers = Array.from(
    { length: threads - 1 },
    () => new Worker(new URL("./worker.ts", import.meta.url), { workerData }),
  );
  try {
    const alone = search(MODELS[name](), options);
    alone.advance(options.alone ?? 100);
    const crew = workers.map((worker) => ({
      post: (message: unknown) => worker.postMessage(message),
      listen: (listener: (message: unknown) => void) => {
        worker.on("message", listener);
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
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
