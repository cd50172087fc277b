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
  const { statements, checks, fates, hung, ok, program } = report;
  const unexplained = unexplainedDeaths(program, fates);
  const done = statements.map(({ step, runs, ok: fine }): OutcomeLine => {
    const exits = step.action.kind === "exit";
    const seen = exits ? "-" : runsText(step, runs);
    return { line: step.at.line, text: bare(step.text), seen, ok: fine };
  });
  const checked = checks.map(({ check, seen, ok: fine }): OutcomeLine => {
    return { line: check.at.line, text: bare(check.text), seen, ok: fine };
  });
  const after = program.steps.at(-1)?.at.line ?? 1;
  const ends = [...fates].map(([task, fate]): OutcomeLine => {
    return { line: after, text: `task ${task}`, seen: fate, ok: !unexplained.includes(task) };
  });
  const lines = [...done, ...checked, ...ends];
  return { lines, ok: ok && unexplained.length === 0, hung, unexplained };
}

/** Without what is expected of it: what was seen is said beside. */
function bare(text: string): string {
  return text.replace(/ -> .*$/, "");
}
