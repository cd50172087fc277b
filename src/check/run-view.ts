import type { RecordedProgram, RecordedRunResult, RecordedVerdict } from "../recording/index.ts";
import { expectedText, resultOf } from "./judge.ts";
import type { RunReport } from "./report.ts";

/** What is shown of a program that was run on a target, now or when it was recorded. */
export interface RunView {
  readonly target: string;
  readonly program: Pick<RecordedProgram, "arch" | "design" | "cpus" | "without">;
  readonly statements: RecordedRunResult["statements"];
  readonly checks: RecordedRunResult["checks"];
  readonly violation: Omit<NonNullable<RecordedVerdict["violation"]>, "object"> | undefined;
  readonly steps: number;
  readonly ok: boolean;
}

export function runView(target: string, report: RunReport): RunView {
  const { program, violation } = report;
  const { arch, design, cpus } = program.machine;
  return {
    target,
    program: { arch, design, cpus, without: program.withoutFixes },
    statements: report.statements.map(({ step, seen, ok }) => ({
      ...{ line: step.at.line, actor: step.actor, text: step.text, ok },
      result: resultOf(step.action, seen),
      expected: expectedText(step.expected),
    })),
    checks: report.checks.map(({ check, seen, ok }) => ({
      ...{ line: check.at.line, text: check.text, result: seen, ok },
    })),
    violation: violation && {
      property: violation.property,
      message: violation.message,
      chain: violation.chain,
    },
    steps: report.steps,
    ok: report.ok,
  };
}

/** The same out of a recording. */
export function recordedRunView(
  program: RecordedProgram,
  { run, violation, steps, verdict }: RecordedVerdict,
): RunView {
  return {
    target: program.target,
    program,
    statements: run?.statements ?? [],
    checks: run?.checks ?? [],
    violation,
    steps,
    ok: verdict === "ok",
  };
}
