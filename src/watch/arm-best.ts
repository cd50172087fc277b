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

/** Arms each CPU if that is permitted and there are registers for it, else each thread. */
export function armBest(facts: ArmFacts): Armed {
  const { targets, privileges, options } = facts;
  const granted = (armed: Result<Armed, ArmRefusal>, why?: string): Armed => {
    if (armed.ok) return { ...armed.value, why };
    throw explainRefusal(armed.error, privileges);
  };
  if (targets.tids !== undefined) return granted(attempt("thread", facts));
  const wish: Strategy | "auto" = options.arm ?? "auto";
  if (targets.all || wish === "cpu") return granted(attempt("cpu", facts));
  if (wish === "task") return granted(attempt("task", facts), "as asked");
  if (!privileges.perfmon && (privileges.paranoid ?? 2) > 0) {
    return granted(attempt("task", facts), "arming each CPU needs CAP_PERFMON");
  }
  const armed = attempt("cpu", facts);
  if (armed.ok) return armed.value;
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
