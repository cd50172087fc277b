import { Bitstate } from "./bitstate.ts";
import { BreadthFirst } from "./breadth-first.ts";
import type { Exploration } from "./exploration.ts";
import { Fingerprints } from "./fingerprints.ts";
import type { HashSet } from "./hashed-store.ts";
import type { Limits, Watch } from "./limits.ts";
import type { Model } from "./model.ts";

export interface ExploreOptions {
  /** `exact` keeps states whole; `fingerprint` 64 bits of each; `bitstate` loses some. */
  readonly store?: "exact" | "fingerprint" | "bitstate";
  /** Leave out interleavings that lead nowhere else. Default: only if the model says its futures. */
  readonly reduce?: boolean;
  /** Keep one of the states that differ by a declared renaming. Default: if any is declared. */
  readonly symmetry?: boolean;
  readonly limits?: Limits;
  readonly watch?: Watch;
  /** For `bitstate`: the logarithm of the number of bits. */
  readonly logBits?: number;
}

/** Explores a model breadth first: a failure that is found is found on a shortest way. */
export function explore(model: Model, options: ExploreOptions = {}): Exploration {
  const { store = "exact", limits = {}, watch = {} } = options;
  const reduce = options.reduce ?? false;
  const symmetry = options.symmetry ?? (model.symmetries?.length ?? 0) > 0;
  const method = [store, reduce ? "reduced" : "full", ...(symmetry ? ["symmetry"] : [])].join(", ");
  const set = setFor(store, options.logBits ?? 27);
  return new BreadthFirst(model, { set, reduce, symmetry, limits, watch, method }).run();
}

function setFor(store: string, logBits: number): HashSet | undefined {
  if (store === "fingerprint") return new Fingerprints();
  return store === "bitstate" ? new Bitstate(logBits) : undefined;
}
