import { basename } from "node:path";
import { resultOf } from "../check/index.ts";
import type {
  Difference,
  RandomFinding,
  RandomResult,
  TargetName,
  Verdict,
} from "../conform/index.ts";
import type { Program } from "../scenario/index.ts";
import { textTable } from "./text-table.ts";

const COLUMNS = [
  { title: "SCENARIO", align: "left" },
  { title: "MACHINE", align: "left" },
  { title: "VERDICT", align: "left" },
] as const;

/** One row a scenario and machine; below it what differs, statement by statement. */
export class Matrix {
  readonly #names: readonly [TargetName, TargetName];
  readonly #rows: string[][] = [];
  readonly #details: string[] = [];
  readonly #counts = new Map<Verdict["kind"], number>();

  constructor(names: readonly [TargetName, TargetName]) {
    this.#names = names;
  }

  get isFine(): boolean {
    return !this.#counts.has("differ") && !this.#counts.has("unexpected");
  }

  add(file: string, program: Program, verdict: Verdict): void {
    this.#counts.set(verdict.kind, (this.#counts.get(verdict.kind) ?? 0) + 1);
    this.#rows.push([basename(file), machineName(program), this.#verdictText(verdict)]);
    if (verdict.kind === "differ")
      this.#details.push("", `${file}:`, ...differenceTable(verdict.differences, this.#names));
    if (verdict.kind === "unexpected")
      this.#details.push("", `${file}: both the same, but not as expected:`, ...wrongs(verdict));
  }

  text(): readonly string[] {
    const counts = [...this.#counts].map(([kind, count]) => `${count} ${kind}`);
    return [...textTable(COLUMNS, this.#rows), ...this.#details, "", counts.join(", ")];
  }

  #verdictText(verdict: Verdict): string {
    switch (verdict.kind) {
      case "agree":
        return "agree";
      case "differ":
        return "DIFFER";
      case "unexpected":
        return "UNEXPECTED";
      case "known bug":
        return `known bug ${verdict.bug.id}: ${verdict.bug.what}`;
      case "not applicable":
        return `not applicable on ${verdict.target}: ${verdict.why}`;
    }
  }
}

function machineName({ machine }: Program): string {
  return machine.design === undefined ? machine.arch : `${machine.arch} design ${machine.design}`;
}

function wrongs({ report }: Verdict & { readonly kind: "unexpected" }): readonly string[] {
  const statements = report.statements
    .filter(({ ok }) => !ok)
    .map(({ step, seen }) => `  ${step.at.line}  ${step.text}: ${resultOf(step.action, seen)}`);
  const checks = report.checks
    .filter(({ ok }) => !ok)
    .map(({ check, seen }) => `  ${check.at.line}  ${check.text}: ${seen}`);
  return [...statements, ...checks];
}

function differenceTable(
  differences: readonly Difference[],
  names: readonly [TargetName, TargetName],
): readonly string[] {
  const columns = [
    { title: "LINE", align: "right" },
    { title: "STATEMENT", align: "left" },
    ...names.map((name) => ({ title: name.toUpperCase(), align: "left" }) as const),
  ] as const;
  return textTable(
    columns,
    differences.map(({ line, text, seen }) => [String(line), text, ...seen]),
  );
}

export function findingText(
  finding: RandomFinding,
  file: string,
  names: readonly [TargetName, TargetName],
): string {
  const head = finding.isFleeting
    ? `scenario ${finding.seed} differed, but not each time: ${file}`
    : `scenario ${finding.seed} differs${explanation(finding)}: ${file}`;
  return [head, ...differenceTable(finding.differences, names), ""].join("\n");
}

function explanation({ bug }: RandomFinding): string {
  return bug === undefined ? "" : ` by the known bug ${bug.id}`;
}

export function randomSummary(
  { programs, skipped, statements, unanswered, findings }: RandomResult,
  { seed, seconds }: { readonly seed: number; readonly seconds: number },
): string {
  const rate = Math.round(programs / Math.max(seconds, 0.001));
  const fleeting = findings.filter(({ isFleeting }) => isFleeting).length;
  const known = findings.filter(({ bug }) => bug !== undefined).length;
  const differ = findings.length - fleeting - known;
  return (
    `${programs} random scenarios from seed ${seed}, ${statements} statements, ` +
    (skipped > 0 ? `${skipped} more that cannot run there, ` : "") +
    `${seconds.toFixed(1)} s (${rate}/s): ${differ} differ, ${fleeting} differed once, ` +
    `${known} known kernel bugs` +
    (unanswered > 0 ? `, ${unanswered} without an answer at first` : "")
  );
}
