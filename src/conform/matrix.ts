import { isSince } from "../abi/index.ts";
import type { RunReport } from "../check/index.ts";
import type { Program } from "../scenario/index.ts";
import { compareReports, type Difference } from "./compare.ts";
import { bugOf, type KnownBug } from "./known-bugs.ts";
import { beside, type Target } from "./target.ts";

/** How two targets stand to each other, on one program. */
export type Verdict =
  | { readonly kind: "agree" }
  | { readonly kind: "differ"; readonly differences: readonly Difference[] }
  | { readonly kind: "known bug"; readonly bug: KnownBug }
  /** They agree with each other, and not with the file. */
  | { readonly kind: "unexpected"; readonly report: RunReport }
  | { readonly kind: "not applicable"; readonly target: string; readonly why: string };

export type Pair = readonly [Target, Target];

/** Runs a program on both targets, and compares what came of it. */
export async function verdictOf(file: string, program: Program, pair: Pair): Promise<Verdict> {
  for (const target of pair) {
    const why = target.whyNot(program);
    if (why !== undefined) return { kind: "not applicable", target: target.name, why };
  }
  const bug = bugOf(file);
  const older = bug === undefined ? undefined : pair.find((target) => isBefore(bug, target));
  if (bug !== undefined && older !== undefined)
    return {
      kind: "not applicable",
      target: older.name,
      why: `it has no ${bug.id}: ${bug.kernels}`,
    };
  const [one, other] = await runBoth(program, pair);
  const differences = compareReports(one, other);
  const isSame = differences.length === 0;
  const isIntended = pair.some(({ name }) => name === "model:as-intended");
  const isKnown = bug !== undefined && (isIntended || bug.inModel === isSame);
  if (differences.length > 0 && !isKnown) return { kind: "differ", differences };
  if (!other.ok) return { kind: "unexpected", report: other };
  if (isKnown) return { kind: "known bug", bug };
  return one.ok ? { kind: "agree" } : { kind: "unexpected", report: one };
}

function isBefore({ since }: KnownBug, { release }: Target): boolean {
  return since !== undefined && release !== undefined && !isSince(since, release);
}

/** The second one first: it may be at work outside while the other computes. */
export async function runBoth(program: Program, pair: Pair): Promise<[RunReport, RunReport]> {
  const [one, other] = pair;
  const outside = other.run(beside(program, other, pair));
  // What goes wrong there is told when it is waited for, not before.
  outside.catch(() => undefined);
  const inside = one.run(beside(program, one, pair));
  await Promise.allSettled([inside, outside]);
  return [await inside, await outside];
}
