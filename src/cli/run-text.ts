import {
  compareReports,
  expectedText,
  type RunReport,
  resultOf,
  type TargetName,
} from "../conform/index.ts";
import { heldLocks, type Kernel, slotsText, taskName } from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import { textTable } from "./text-table.ts";
import { version } from "./version.ts";

const COLUMNS = [
  { title: "LINE", align: "right" },
  { title: "STATEMENT", align: "left" },
  { title: "RESULT", align: "left" },
  { title: "EXPECTED", align: "left" },
  { title: "", align: "left" },
] as const;

/** A scenario's statements, what they ended with, and the verdict. */
export function textReport(file: string, report: RunReport): readonly string[] {
  const statements = report.statements.map(({ step, seen, ok }) => [
    String(step.at.line),
    step.times > 1 ? `${step.text}` : step.text,
    String(resultOf(step.action, seen)),
    expectedText(step.expected),
    ok ? "" : "WRONG",
  ]);
  const checks = report.checks.map(({ check, seen, ok }) => [
    String(check.at.line),
    check.text,
    seen,
    "",
    ok ? "" : "WRONG",
  ]);
  return [
    `${nameOf(file, report)}`,
    ...textTable(COLUMNS, [...statements, ...checks]),
    ...violationText(report),
    report.ok ? "all as expected" : "NOT as expected",
    "",
  ];
}

export interface NamedReport {
  readonly name: TargetName;
  readonly report: RunReport;
}

/** The same for two targets, a column each, with what they do not agree on marked. */
export function comparisonText(
  file: string,
  [one, other]: readonly [NamedReport, NamedReport],
): readonly string[] {
  const differences = compareReports(one.report, other.report);
  const isDifferent = (line: number, text: string) =>
    differences.some((it) => it.line === line && it.text === text);
  const mark = (line: number, text: string, ok: boolean) =>
    [ok ? "" : "WRONG", isDifferent(line, text) ? "DIFFERS" : ""].filter(Boolean).join(" ");
  const statements = one.report.statements.map(({ step, seen, ok }, index) => {
    const there = other.report.statements[index];
    const { line } = step.at;
    return [
      String(line),
      step.text,
      String(resultOf(step.action, seen)),
      there === undefined ? "" : String(resultOf(step.action, there.seen)),
      expectedText(step.expected),
      mark(line, step.text, ok && there?.ok !== false),
    ];
  });
  const checks = one.report.checks.map(({ check, seen, ok }, index) => {
    const there = other.report.checks[index];
    const { line } = check.at;
    const verdict = mark(line, check.text, ok && there?.ok !== false);
    return [String(line), check.text, seen, there?.seen ?? "", "", verdict];
  });
  const [line, statement, , ...rest] = COLUMNS;
  const result = [one, other].map(
    ({ name }) => ({ title: name.toUpperCase(), align: "left" }) as const,
  );
  const allOk = one.report.ok && other.report.ok;
  return [
    nameOf(file, one.report),
    ...textTable([line, statement, ...result, ...rest], [...statements, ...checks]),
    ...violationText(one.report),
    ...violationText(other.report),
    `${allOk ? "all as expected" : "NOT as expected"}, ${differences.length === 0 ? "the same on both" : "NOT the same on both"}`,
    "",
  ];
}

export function notApplicableText(
  file: string,
  { target, why, json }: { readonly target: string; readonly why: string; readonly json: boolean },
): string {
  if (!json) return `${file}: not applicable on ${target}: ${why}`;
  return JSON.stringify({ kind: "not-applicable", scenario: file, target, why });
}

/** The chain of a kernel's own report: the innermost function first. */
function violationText({ violation }: RunReport): readonly string[] {
  if (violation === undefined) return [];
  const chain = [...violation.chain].reverse().map((fn) => `    ${fn}`);
  return [`${violation.property}: ${violation.message}`, ...chain];
}

function nameOf(file: string, { program }: RunReport): string {
  const { arch, design, cpus } = program.machine;
  const machine = design === undefined ? arch : `${arch} design ${design}`;
  const without = program.withoutFixes.map((fix) => `, without ${fix}`).join("");
  return `${file}: ${machine}, ${cpus} CPU${cpus === 1 ? "" : "s"}${without}`;
}

/** A listener that adds a line for each atomic step: where, who, what, locks held, slots. */
export function traceLine(lines: string[]): (done: Done, kernel: Kernel) => void {
  return ({ cpu, task, fn, label }, kernel) => {
    const where = `cpu${cpu} ${taskName(kernel, task).padEnd(6)}`;
    const what = `${fn}.${label}`.padEnd(48);
    lines.push(`${where} ${what} ${slotsText(kernel).padEnd(10)} ${heldLocks(kernel)}`.trimEnd());
  };
}

export function jsonHeader(targets: readonly TargetName[]): string {
  const header = { kind: "header", schema: "trapline.run", version: 1, trapline: version() };
  return JSON.stringify({ ...header, target: targets.join(",") });
}

export function jsonReport(file: string, report: RunReport, target: TargetName): readonly string[] {
  const { program, violation } = report;
  const { arch, design, cpus } = program.machine;
  const scenario = { scenario: file, arch, design, cpus, without: program.withoutFixes };
  const statements = report.statements.map(({ step, seen, ok }) => ({
    kind: "statement",
    line: step.at.line,
    actor: step.actor,
    text: step.text,
    result: resultOf(step.action, seen),
    expected: expectedText(step.expected),
    ok,
  }));
  const checks = report.checks.map(({ check, seen, ok }) => ({
    kind: "check",
    line: check.at.line,
    text: check.text,
    result: seen,
    ok,
  }));
  const violations =
    violation === undefined
      ? []
      : [
          {
            kind: "violation",
            property: violation.property,
            step: report.steps,
            function: violation.chain.at(-1),
            chain: violation.chain,
            what: violation.message,
          },
        ];
  const verdict = { kind: "verdict", target, ...scenario, ok: report.ok, steps: report.steps };
  return [...statements, ...checks, ...violations, verdict].map((line) => JSON.stringify(line));
}
