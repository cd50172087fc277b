import { assert } from "../base/index.ts";
import { Bitstate } from "./bitstate.ts";
import { BreadthFirst } from "./breadth-first.ts";
import type { Colleague } from "./crew.ts";
import { DepthFirst } from "./depth-first.ts";
import { LocalDepthFirst } from "./depth-local.ts";
import type { Exploration } from "./exploration.ts";
import { Fingerprints } from "./fingerprints.ts";
import { FusedModel } from "./fuse.ts";
import type { Limits, Watch } from "./limits.ts";
import type { Model } from "./model.ts";
import { RepeatedSearch } from "./repeated-search.ts";
import { SeenHashes, SeenWhole } from "./seen.ts";

export interface ExploreOptions {
  /** `depth` needs the least room and finds failures soon; `breadth` finds them on a shortest way. */
  readonly order?: "breadth" | "depth";
  /** `exact` keeps states whole; `fingerprint` 64 bits of each; `bitstate` loses some. */
  readonly store?: "exact" | "fingerprint" | "bitstate";
  /** Leave out interleavings that lead nowhere else. Default: only if the model says its futures. */
  readonly reduce?: boolean;
  /** Keep one of the states that differ by a declared renaming. Default: if any is declared. */
  readonly symmetry?: boolean;
  /** Store no state in which there is nothing to choose. A way found is then not always a shortest. */
  readonly fuse?: boolean;
  /** What `save` gave of a search of the same model with the same options. */
  readonly resume?: Uint8Array;
  /** Two gigabytes for the states if nothing else is said. */
  readonly limits?: Limits;
  readonly watch?: Watch;
  /** For `bitstate`: the logarithm of the number of bits. */
  readonly logBits?: number;
}

/** A model that never ends must not take all the memory there is. */
const MOST_BYTES = 2 ** 31;

/** A search that goes on as far as it is told, so that whoever runs it can do other things between. */
export interface Search {
  /** Explores so many states more; false when there is nothing more to explore, or a limit is reached. */
  advance(states: number): boolean;
  /** What was found so far. */
  result(): Exploration;
  /** Whether threads can share it: breadth first, states kept whole, nothing left out, not at its end. */
  readonly canBeShared: boolean;
  /**
   * The same search gone on with by this thread and others, each with a model of its own that
   * `serveSearch` was given. What is found is the same. The search itself is over then.
   */
  share(crew: readonly Colleague[]): Together;
  /** Everything that is needed to go on another time. Throws the CheckpointError if it cannot be had. */
  save(): Uint8Array<ArrayBuffer>;
}

/** A search by several threads. */
export interface Together {
  /** Explores some tens of thousands of states; false when there is nothing more to explore. */
  advance(): Promise<boolean>;
  result(): Exploration;
  save(): Uint8Array<ArrayBuffer>;
}

/** A search breadth first: a failure that it finds is found on a shortest way. */
export function search(model: Model, options: ExploreOptions = {}): Search {
  const { store = "exact", watch = {}, reduce = false, fuse = false } = options;
  const limits = { bytes: MOST_BYTES, ...options.limits };
  const symmetry = options.symmetry ?? (model.symmetries?.length ?? 0) > 0;
  const method = [
    store,
    ...(reduce || fuse || symmetry ? [] : ["full"]),
    ...(reduce ? ["reduced"] : []),
    ...(fuse ? ["fused"] : []),
    ...(symmetry ? ["symmetry"] : []),
  ].join(", ");
  const canReduce = model.hasOverlooked !== undefined || model.sufficient !== undefined;
  const reducesItself = model.reducesItself ?? canReduce;
  const all = { reduce, symmetry, limits, watch, method, reducesItself };
  const start = (it: Model, seconds: number): BreadthFirst | DepthFirst | LocalDepthFirst => {
    const set = setFor(store, options.logBits ?? 27);
    if (options.order !== "depth") {
      const breadth = new BreadthFirst(it, { ...all, set, seconds });
      if (options.resume !== undefined) breadth.resume(options.resume);
      return breadth;
    }
    assert(!reduce && !symmetry, "depth first: only breadth first reduces");
    const rest = { limits, watch, seconds, method: `depth first, ${method}` };
    if (it.isLocal && it.invariant === undefined) return new LocalDepthFirst(it, { set, ...rest });
    const seen = set === undefined ? new SeenWhole(it.memory) : new SeenHashes(it.memory, set);
    return new DepthFirst(it, { seen, ...rest });
  };
  const first = (seconds = 0): Search => {
    if (!fuse) return start(model, seconds);
    const fused = new FusedModel(model);
    return new FusedSearch(fused, start(fused, seconds));
  };
  const learns = reducesItself && model.hasOverlooked !== undefined;
  return learns ? new RepeatedSearch(model, first) : first();
}

/** Tells of the steps of the model itself. */
class FusedSearch implements Search {
  readonly #model: FusedModel;
  readonly #search: BreadthFirst | DepthFirst | LocalDepthFirst;

  constructor(model: FusedModel, it: BreadthFirst | DepthFirst | LocalDepthFirst) {
    this.#model = model;
    this.#search = it;
  }

  advance(states: number): boolean {
    return this.#search.advance(states);
  }

  save(): Uint8Array<ArrayBuffer> {
    return this.#search.save();
  }

  get canBeShared(): boolean {
    return this.#search.canBeShared;
  }

  share(crew: readonly Colleague[]): Together {
    const together = this.#search.share(crew, true);
    return {
      advance: () => together.advance(),
      result: () => this.#unfolded(together.result()),
      save: () => together.save(),
    };
  }

  result(): Exploration {
    return this.#unfolded(this.#search.result());
  }

  #unfolded(result: Exploration): Exploration {
    const { counterexample } = result;
    if (counterexample === undefined) return result;
    const moves = this.#model.unfold(counterexample.moves);
    return { ...result, counterexample: { ...counterexample, moves, isShortest: false } };
  }
}

/** Explores a model to its end, to a limit, or to the first failure. */
export function explore(model: Model, options: ExploreOptions = {}): Exploration {
  const it = search(model, options);
  while (it.advance(1 << 16)) {
    // Nothing else is to be done between.
  }
  return it.result();
}

function setFor(store: string, logBits: number): Fingerprints | Bitstate | undefined {
  if (store === "fingerprint") return new Fingerprints();
  return store === "bitstate" ? new Bitstate(logBits) : undefined;
}
