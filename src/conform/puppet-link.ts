import type { WireAnswer, WireRequest } from "./wire.ts";

/** A way to a puppet, wherever it runs. One program at a time. */
export interface PuppetLink extends Disposable {
  /** The target, as messages call it. */
  readonly name: string;
  /** How many CPUs there are where it runs. */
  readonly cpus: number;
  /** The statements of a program in order, and what came of them. */
  run(request: WireRequest): Promise<WireAnswer>;
}
