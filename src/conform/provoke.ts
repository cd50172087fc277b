import type { RunReport } from "../check/index.ts";
import type { Program } from "../scenario/index.ts";
import { complaintsIn } from "./kernel-complaints.ts";
import { outcomeOf, type RaceOutcome } from "./outcome.ts";
import type { RaceTarget } from "./target.ts";
import { TargetError } from "./target-error.ts";

/** An outcome of a race, how often it came, and the seed of the first time. */
export interface Provoked extends RaceOutcome {
  readonly count: number;
  readonly firstSeed: number;
}

/** Something that the kernel said was wrong, and the seed of the try after which it did. */
export interface Complaint {
  readonly seed: number;
  readonly log: readonly string[];
}

export interface ProvokeResult {
  readonly tries: number;
  /** The most frequent first. */
  readonly outcomes: readonly Provoked[];
  readonly complaints: readonly Complaint[];
  /** Why it ended before its time: the kernel died of it, or the puppet did. */
  readonly broken: string | undefined;
}

export interface ProvokeOptions {
  /** Of the first try; the others follow. */
  readonly seed: number;
  /** No more tries than these. */
  readonly tries: number;
  /** True when it is time to stop; asked between batches of tries. */
  readonly isOver: () => boolean;
  readonly now: () => number;
}

/** How long a batch is to take: whoever stops does not wait long. */
const BATCH_MS = 500;
const MOST_IN_BATCH = 2000;
const MOST_COMPLAINTS = 20;

/** Lets the actors of a program loose again and again, and counts what it comes to. */
export async function provoke(
  program: Program,
  target: RaceTarget,
  options: ProvokeOptions,
): Promise<ProvokeResult> {
  const tally = new Tally();
  let size = 1;
  let broken: string | undefined;
  while (tally.tries < options.tries && !options.isOver() && broken === undefined) {
    const tries = Math.min(size, options.tries - tally.tries);
    const start = options.now();
    try {
      const races = { tries, seed: options.seed + tally.tries };
      await target.race(program, races, (report, seed) => tally.add(report, seed));
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      broken = error.message;
    }
    const took = Math.max(1, options.now() - start);
    size = Math.min(MOST_IN_BATCH, Math.max(1, Math.round((tries * BATCH_MS) / took)));
  }
  return { ...tally.result(), broken };
}

class Tally {
  readonly #outcomes = new Map<
    string,
    { outcome: RaceOutcome; count: number; firstSeed: number }
  >();
  readonly #complaints: Complaint[] = [];
  tries = 0;

  add(report: RunReport, seed: number): void {
    this.tries++;
    const outcome = outcomeOf(report);
    const key = JSON.stringify(outcome);
    const known = this.#outcomes.get(key);
    if (known === undefined) this.#outcomes.set(key, { outcome, count: 1, firstSeed: seed });
    else known.count++;
    const log = complaintsIn(report.log);
    if (log.length > 0 && this.#complaints.length < MOST_COMPLAINTS)
      this.#complaints.push({ seed, log });
  }

  result(): Omit<ProvokeResult, "broken"> {
    const outcomes = [...this.#outcomes.values()]
      .map(({ outcome, count, firstSeed }) => ({ ...outcome, count, firstSeed }))
      .sort((one, other) => other.count - one.count || one.firstSeed - other.firstSeed);
    return { tries: this.tries, outcomes, complaints: this.#complaints };
  }
}
