/** Where a search stops, whatever is left to explore. */
export interface Limits {
  readonly states?: number;
  readonly depth?: number;
  readonly seconds?: number;
  /** Of the store and what goes with it; the model and the program come on top. */
  readonly bytes?: number;
}

export type Bound = keyof Limits | "capacity" | "interrupted" | "store" | "runs";

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  readonly statesPerSecond: number;
  readonly depth: number;
  /** States that are found and not yet explored. */
  readonly queue: number;
  readonly bytes: number;
  /** States there may be in all, from how the queue grows; undefined while nobody can tell. */
  readonly estimate: number | undefined;
}

export interface Watch {
  /** In ms; the room has no clock of its own. Without it there is no limit of time. */
  readonly now?: () => number;
  readonly onProgress?: (progress: Progress) => void;
  /** Asked now and then: true ends the search as if it had reached a limit. */
  readonly isInterrupted?: () => boolean;
}

const PROGRESS_MS = 500;

/** Looks at the limits now and then, and tells whoever watches how far the search is. */
export class Limiter {
  readonly #limits: Limits;
  readonly #watch: Watch;
  readonly #start: number;
  #lastTold: number;

  /** A search that goes on has taken some seconds before. */
  constructor(limits: Limits, watch: Watch, seconds = 0) {
    this.#limits = limits;
    this.#watch = watch;
    this.#lastTold = watch.now?.() ?? 0;
    this.#start = this.#lastTold - seconds * 1000;
  }

  get seconds(): number {
    return ((this.#watch.now?.() ?? 0) - this.#start) / 1000;
  }

  /** The limit that is reached, if any. `depth` is that of the states that come next. */
  reached(at: Omit<Progress, "statesPerSecond" | "estimate">): Bound | undefined {
    const { states, depth, seconds, bytes } = this.#limits;
    this.#tell(at);
    if (this.#watch.isInterrupted?.() === true) return "interrupted";
    if (states !== undefined && at.states >= states) return "states";
    if (depth !== undefined && at.depth > depth) return "depth";
    if (seconds !== undefined && this.seconds >= seconds) return "seconds";
    if (bytes !== undefined && at.bytes >= bytes) return "bytes";
    return undefined;
  }

  #tell(at: Omit<Progress, "statesPerSecond" | "estimate">): void {
    const { now, onProgress } = this.#watch;
    if (now === undefined || onProgress === undefined) return;
    const ms = now();
    if (ms - this.#lastTold < PROGRESS_MS) return;
    this.#lastTold = ms;
    const statesPerSecond = at.states / Math.max(0.001, (ms - this.#start) / 1000);
    onProgress({ ...at, statesPerSecond, estimate: estimateOf(at) });
  }
}

/** While the queue is less than half of what was found, it goes on shrinking as it did on average. */
function estimateOf({ states, queue }: { states: number; queue: number }): number | undefined {
  const share = queue / Math.max(1, states);
  return share < 0.5 ? Math.round(states / (1 - share)) : undefined;
}
