import type { Races, WireAnswer, WireRequest } from "./wire.ts";

/** A way to a puppet, wherever it runs. */
export interface PuppetLink extends Disposable {
  /** The target, as messages call it. */
  readonly name: string;
  /** How many CPUs there are where it runs. */
  readonly cpus: number;
  /** The statements of a program in order, and what came of them. */
  run(request: WireRequest): Promise<WireAnswer>;
  /** The actors of a program at once, and what came of it each time: `onAnswer` is told as it comes. */
  race(
    request: WireRequest,
    races: Races,
    onAnswer: (answer: WireAnswer, seed: number) => void,
  ): Promise<void>;
}
