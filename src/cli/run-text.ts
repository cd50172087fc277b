import type { RunView, TraceStep } from "../check/index.ts";
import { textTable } from "./text-table.ts";
import { version } from "./version.ts";

const COLUMNS = [
  { title: "LINE", align: "right" },
  { title: "STATEMENT", align: "left" },
  { title: "RESULT", align: "left" },
  { title: "EXPECTED", align: "left" },
  { title: "", align: "left" },
] as const;

/** What a program led to on a target, or why it has no place there. */
export type RunOutcome =
  | { readonly target: string; readonly view: RunView }
  | { readonly target: string; readonly why: string };

/** All that is printed of one program: on one target, or side by side on two. */
export function groupText(
  file: string,
  outcomes: readonly RunOutcome[],
  how: { readonly differences: readonly Place[]; readonly json: boolean },
): readonly string[] {
  const views = outcomes.flatMap((it) => ("view" in it ? [it.view] : []));
  const nowhere = outcomes.flatMap((it) =>
    "why" in it ? [notApplicableText(file, { ...it, json: how.json })] : [],
  );
  const [first, second] = views;
  if (how.json) return [...nowhere, ...views.flatMap((view) => jsonReport(file, view))];
  if (first === undefined) return nowhere;
  if (second === undefined) return [...nowhere, ...textReport(file, first)];
  return [...nowhere, ...comparisonText(file, [first, second], how.differences)];
}

interface Place {
  readonly line: number;
  readonly text: string;
}

/** A scenario's statements, what they ended with, and the verdict. */
function textReport(file: string, view: RunView): readonly string[] {
  const statements = view.statements.map(({ line, text, result, expected, ok }) => [
    ...[String(line), text, String(result), expected, ok ? "" : "WRONG"],
  ]);
  const checks = view.checks.map(({ line, text, result, ok }) => [
    ...[String(line), text, result, "", ok ? "" : "WRONG"],
  ]);
  return [
    `${nameOf(file, view)}`,
    ...textTable(COLUMNS, [...statements, ...checks]),
    ...violationText(view),
    view.ok ? "all as expected" : "NOT as expected",
    "",
  ];
}

/** The same for two targets, a column each, with what they do not agree on marked. */
function comparisonText(
  file: string,
  [one, other]: readonly [RunView, RunView],
  differences: readonly Place[],
): readonly string[] {
  const isDifferent = (line: number, text: string) =>
    differences.some((it) => it.line === line && it.text === text);
  const mark = (line: number, text: string, ok: boolean) =>
    [ok ? "" : "WRONG", isDifferent(line, text) ? "DIFFERS" : ""].filter(Boolean).join(" ");
  const statements = one.statements.map(({ line, text, result, expected, ok }, index) => {
    const there = other.statements[index];
    const verdict = mark(line, text, ok && there?.ok !== false);
    const theirs = there === undefined ? "" : String(there.result);
    return [String(line), text, String(result), theirs, expected, verdict];
  });
  const checks = one.checks.map(({ line, text, result, ok }, index) => {
    const there = other.checks[index];
    const verdict = mark(line, text, ok && there?.ok !== false);
    return [String(line), text, result, there?.result ?? "", "", verdict];
  });
  const [line, statement, , ...rest] = COLUMNS;
  const result = [one, other].map(
    ({ target }) => ({ title: target.toUpperCase(), align: "left" }) as const,
  );
  const allOk = one.ok && other.ok;
  return [
    nameOf(file, one),
    ...textTable([line, statement, ...result, ...rest], [...statements, ...checks]),
    ...violationText(one),
    ...violationText(other),
    `${allOk ? "all as expected" : "NOT as expected"}, ${differences.length === 0 ? "the same on both" : "NOT the same on both"}`,
    "",
  ];
}

function notApplicableText(
  file: string,
  { target, why, json }: { readonly target: string; readonly why: string; readonly json: boolean },
): string {
  if (!json) return `${file}: not applicable on ${target}: ${why}`;
  return JSON.stringify({ kind: "not-applicable", scenario: file, target, why });
}

/** The chain of a kernel's own report: the innermost function first. */
function violationText({ violation }: RunView): readonly string[] {
  if (violation === undefined) return [];
  const chain = [...violation.chain].reverse().map((fn) => `    ${fn}`);
  return [`${violation.property}: ${violation.message}`, ...chain];
}

function nameOf(file: string, { program }: RunView): string {
  const { arch, design, cpus } = program;
  const machine = design === undefined ? arch : `${arch} design ${design}`;
  const without = program.without.map((fix) => `, without ${fix}`).join("");
  return `${file}: ${machine}, ${cpus} CPU${cpus === 1 ? "" : "s"}${without}`;
}

/** A line for an atomic step: where, who, what, slots, locks held. */
export function traceLine({ cpu, task, fn, label, slots, locks }: TraceStep): string {
  const what = `${fn}.${label}`.padEnd(48);
  return `cpu${cpu} ${task.padEnd(6)} ${what} ${slots.padEnd(10)} ${locks}`.trimEnd();
}

export function jsonHeader(targets: readonly string[], trapline = version()): string {
  const header = { kind: "header", schema: "trapline.run", version: 1, trapline };
  return JSON.stringify({ ...header, target: targets.join(",") });
}

function jsonReport(file: string, view: RunView): readonly string[] {
  const { violation, target } = view;
  const { arch, design, cpus, without } = view.program;
  const scenario = { scenario: file, arch, design, cpus, without };
  const statements = view.statements.map(({ line, actor, text, result, expected, ok }) => ({
    ...{ kind: "statement", line, actor, text, result, expected, ok },
  }));
  const checks = view.checks.map(({ line, text, result, ok }) => ({
    ...{ kind: "check", line, text, result, ok },
  }));
  const violations =
    violation === undefined
      ? []
      : [
          {
            kind: "violation",
            property: violation.property,
            step: view.steps,
            function: violation.chain.at(-1),
            chain: violation.chain,
            what: violation.message,
          },
        ];
  const verdict = { kind: "verdict", target, ...scenario, ok: view.ok, steps: view.steps };
  return [...statements, ...checks, ...violations, verdict].map((line) => JSON.stringify(line));
}
