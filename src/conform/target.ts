import type { Kernel } from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import type { RunReport } from "./report.ts";
import type { Races } from "./wire.ts";

/** `model` is Linux as it is, with the mistakes that it is known to have. */
export const TARGET_NAMES = ["model", "model:as-is", "model:as-intended", "linux"] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

/** Whatever can run a program. */
export interface Target extends Disposable {
  readonly name: TargetName;
  /** Why a program has no place on it; undefined if it has. */
  whyNot(program: Program): string | undefined;
  run(program: Program): Promise<RunReport>;
}

/** A real kernel, on which the actors of a program can be let loose at once. */
export interface RaceTarget extends Target {
  /** Whether others live on it: then nothing is provoked without leave. */
  readonly isShared: boolean;
  /** Tells what came of each try as it comes; `seed` is the number that makes its delays. */
  race(
    program: Program,
    races: Races,
    onReport: (report: RunReport, seed: number) => void,
  ): Promise<void>;
}

export function isRaceTarget(target: Target): target is RaceTarget {
  return "race" in target;
}

export type StepListener = (done: Done, kernel: Kernel) => void;
