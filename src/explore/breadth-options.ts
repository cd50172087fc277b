import type { HashSet } from "./hashed-store.ts";
import type { Limits, Watch } from "./limits.ts";

/** How a search breadth first explores, and how far. */
export interface BreadthOptions {
  /** Undefined: states are kept exactly. */
  readonly set: HashSet | undefined;
  readonly reduce: boolean;
  readonly symmetry: boolean;
  readonly limits: Limits;
  readonly watch: Watch;
  /** What searches before this one have taken. */
  readonly seconds: number;
  readonly method: string;
  /** Whether the model leaves out what it finds out to lead nowhere else. */
  readonly reducesItself: boolean;
}
