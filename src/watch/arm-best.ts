import type { Result } from "../base/index.ts";
import type { Privileges, Sys } from "../linux/index.ts";
import { armCpus, armTasks, armThreads } from "./arm.ts";
import type { Arming, ArmPlan, ArmRefusal } from "./arming.ts";
import type { Gap, Strategy } from "./coverage.ts";
import type { LoadedPrograms } from "./open-programs.ts";
import type { WatchOptions } from "./options.ts";
import type { HitPrograms } from "./program/hit-programs.ts";
import { explainRefusal } from "./refusal.ts";
import type { Targets } from "./targets.ts";

export interface ArmFacts {
  readonly sys: Sys;
  readonly targets: Targets;
  readonly privileges: Privileges;
  readonly options: WatchOptions;
  readonly planFor: (strategy: Strategy, programs: HitPrograms | undefined) => ArmPlan;
  /** Undefined where nobody asked for what needs programs. */
  readonly programsFor: ((strategy: Strategy) => LoadedPrograms) | undefined;
}

export interface Armed {
  readonly arming: Arming;
  /** Why not the strategy that covers more. */
  readonly why: string | undefined;
  readonly gaps: readonly Gap[];
}

/** How it is to be armed, and what is done where that is refused. */
export interface Choice {
  readonly strategy: Strategy;
  /** Why not the strategy that covers more. */
  readonly why: string | undefined;
  readonly fallsBack: boolean;
}

/** Each CPU if that is permitted, else each thread. */
export function chooseStrategy({
  targets,
  privileges,
  options,
}: Pick<ArmFacts, "targets" | "privileges" | "options">): Choice {
  const only = (strategy: Strategy, why?: string) => ({ strategy, why, fallsBack: false });
  if (targets.tids !== undefined) return only("thread");
  if (targets.all || options.arm === "cpu") return only("cpu");
  if (options.arm === "task") return only("task", "as asked");
  const mayEachCpu = privileges.perfmon || (privileges.paranoid ?? 2) <= 0;
  if (!mayEachCpu) return only("task", "arming each CPU needs CAP_PERFMON");
  return { ...only("cpu"), fallsBack: true };
}

/** Arms as chosen; each thread where there are no registers for each CPU. */
export function armBest(facts: ArmFacts): Armed {
  const granted = (armed: Result<Armed, ArmRefusal>, why?: string): Armed => {
    if (armed.ok) return { ...armed.value, why };
    throw explainRefusal(armed.error, facts.privileges);
  };
  const { strategy, why, fallsBack } = chooseStrategy(facts);
  const armed = attempt(strategy, facts);
  if (armed.ok || !fallsBack) return granted(armed, why);
  const { errno, cpu } = armed.error;
  if (errno !== "ENOSPC" && errno !== "EACCES" && errno !== "EPERM") granted(armed);
  return granted(attempt("task", facts), `arming CPU ${cpu} was refused: ${errno}`);
}

/** Attempts without a thread that two events cover, before the programs are done without. */
const MOST_ATTEMPTS = 5;

/**
 * A thread born while its process is being armed may be covered twice. Of two samples the reader
 * keeps one; a program cannot know that it runs for the second time. So the arming is tried again,
 * and where threads are born all the time, done without programs.
 */
function attempt(
  strategy: Strategy,
  facts: ArmFacts,
  attemptsLeft = MOST_ATTEMPTS,
): Result<Armed, ArmRefusal> {
  const loaded = attemptsLeft > 0 ? facts.programsFor?.(strategy) : undefined;
  const programs = loaded?.programs;
  const armed = arm(strategy, facts, facts.planFor(strategy, programs));
  if (!armed.ok) {
    programs?.[Symbol.dispose]();
    return armed;
  }
  if (programs !== undefined && armed.value.mayOverlap) {
    armed.value[Symbol.dispose]();
    programs[Symbol.dispose]();
    return attempt(strategy, facts, attemptsLeft - 1);
  }
  const text = "values: threads were born all the time while registers were armed";
  const without: Gap[] =
    facts.programsFor !== undefined && loaded === undefined ? [{ kind: "values", text }] : [];
  const gaps = [...(loaded?.gaps ?? []), ...without];
  return { ok: true, value: { arming: armed.value, why: undefined, gaps } };
}

function arm(
  strategy: Strategy,
  { sys, targets }: ArmFacts,
  plan: ArmPlan,
): Result<Arming, ArmRefusal> {
  switch (strategy) {
    case "cpu":
      return armCpus(sys, plan);
    case "task":
      return armTasks(sys, plan, targets.pids);
    case "thread":
      return armThreads(sys, plan, targets.tids ?? []);
  }
}
