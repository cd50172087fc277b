import { type RunReport, runsText } from "../check/index.ts";
import { unexplainedDeaths } from "./unexplained.ts";

/** What a statement, a check or a task of a race came to. */
export interface OutcomeLine {
  readonly line: number;
  readonly text: string;
  readonly seen: string;
  readonly ok: boolean;
}

/** All that one race came to, as far as it can be seen from outside. */
export interface RaceOutcome {
  readonly lines: readonly OutcomeLine[];
  /** Whether it is what the file expects. */
  readonly ok: boolean;
  readonly hung: boolean;
  /** Who died of a signal that nobody had sent. */
  readonly unexplained: readonly string[];
}

export function outcomeOf(report: RunReport): RaceOutcome {
  const { statements, checks, fates, hung, violation, program } = report;
  const unexplained = unexplainedDeaths(program, fates);
  // Who is killed as the file says leaves undone what it has not come to.
  const isExcused = (actor: string) =>
    fates.get(actor)?.startsWith("killed") === true && !unexplained.includes(actor);
  const done = statements.map(({ step, runs, seen: last, ok: fine }): OutcomeLine => {
    const exits = step.action.kind === "exit";
    const seen = exits ? "-" : runsText(step, runs);
    const isFine = fine || (last.kind === "not-done" && isExcused(step.actor));
    return { line: step.at.line, text: bare(step.text), seen, ok: isFine };
  });
  const checked = checks.map(({ check, seen, ok: fine }): OutcomeLine => {
    return { line: check.at.line, text: bare(check.text), seen, ok: fine };
  });
  const after = program.steps.at(-1)?.at.line ?? 1;
  const ends = [...fates].map(([task, fate]): OutcomeLine => {
    return { line: after, text: `task ${task}`, seen: fate, ok: !unexplained.includes(task) };
  });
  const lines = [...done, ...checked, ...ends];
  const ok = !hung && violation === undefined && lines.every((it) => it.ok);
  return { lines, ok, hung, unexplained };
}

/** Without what is expected of it: what was seen is said beside. */
function bare(text: string): string {
  return text.replace(/ -> .*$/, "");
}
