import { BugError } from "../base/index.ts";
import { Collapse } from "./collapse.ts";
import { type Done, Expander } from "./expander.ts";
import { FusedModel } from "./fuse.ts";
import type { Model } from "./model.ts";
import { type Shape, SharedStates, segmentOf } from "./shared-states.ts";
import { isSame } from "./symmetry.ts";

/** Another thread, as the room sees it: whoever starts one hands in and out what is posted. */
export interface Colleague {
  post(message: unknown): void;
  /** Called once, before anything is posted. */
  listen(listener: (message: unknown) => void): void;
}

/** What a colleague is told before it begins. */
export interface Join {
  readonly kind: "join";
  readonly fuse: boolean;
  readonly symmetry: boolean;
  readonly first: Int32Array;
  readonly values: readonly Int32Array[];
  readonly control: SharedArrayBuffer;
  readonly log: SharedArrayBuffer;
}

/** A queue to explore, and where everything is by now. */
export interface Order {
  readonly kind: "explore";
  readonly shape: Shape;
  readonly table: SharedArrayBuffer;
  readonly segments: readonly SharedArrayBuffer[];
  readonly queue: SharedArrayBuffer;
  readonly count: number;
}

export type Report =
  | { readonly kind: "done"; readonly done: Done }
  | { readonly kind: "broken"; readonly what: string };

interface Ready {
  readonly kind: "ready";
}

/** One thread's share of a search: its model, and its view of what all have found. */
export class Share {
  readonly collapse: Collapse;
  readonly #states: SharedStates;
  readonly #expander: Expander;

  /** The model's memory must hold the first state. */
  constructor(model: Model, { values, control, log, symmetry }: Omit<Join, "kind" | "first">) {
    const words = new Int32Array(control);
    const collapse = new Collapse(model.memory);
    collapse.restore(values);
    collapse.share(words, log);
    this.#states = new SharedStates(words);
    this.#expander = new Expander(model, {
      collapse,
      states: this.#states,
      control: words,
      symmetry,
    });
    this.collapse = collapse;
    this.forget();
  }

  explore({ shape, table, segments, queue, count }: Omit<Order, "kind">): Done {
    this.attach({ shape, table, segments });
    return this.#expander.run(new Int32Array(queue, 0, count));
  }

  /** By which the table knows a state: one of those in `vectors`. */
  hashOf(vectors: Int32Array, at: number): number {
    return this.#expander.hashOf(vectors, at);
  }

  /** Knows of no goal any more that was reached. */
  forget(): void {
    this.#expander.forget();
  }

  attach({ shape, table, segments }: Pick<Order, "shape" | "table" | "segments">): SharedStates {
    const rows = segments.map((buffer) => segmentOf(buffer, shape));
    this.#states.attach(new Int32Array(table), rows, shape);
    return this.#states;
  }
}

/**
 * Explores with others what `port` asks for, on the model that this thread has built. Its first message
 * says that it is there: before that a search had better go on without it.
 */
export function serveSearch(model: Model, port: Colleague): void {
  let share: Share | undefined;
  port.listen((message) => {
    try {
      if (isJoin(message)) share = join(model, message);
      else if (isOrder(message)) {
        if (share === undefined) throw new BugError("a queue came before anything else");
        port.post({ kind: "done", done: share.explore(message) } satisfies Report);
      }
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      port.post({ kind: "broken", what } satisfies Report);
    }
  });
  port.post({ kind: "ready" } satisfies Ready);
}

function join(model: Model, it: Join): Share {
  if (!isSame(model.memory.words, it.first))
    throw new BugError(`${model.name}: the model that a worker has built is another one`);
  return new Share(it.fuse ? new FusedModel(model) : model, it);
}

function kindOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "kind" in message
    ? message.kind
    : undefined;
}

function isJoin(message: unknown): message is Join {
  return kindOf(message) === "join";
}

function isOrder(message: unknown): message is Order {
  return kindOf(message) === "explore";
}

export function isReport(message: unknown): message is Report {
  const kind = kindOf(message);
  return kind === "done" || kind === "broken";
}
