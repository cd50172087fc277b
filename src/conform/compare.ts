import {
  type JudgedCheck,
  type JudgedStatement,
  type RunReport,
  runsText,
  UNKNOWN,
} from "../check/index.ts";
import type { Check, Outcome, Program, Resolved } from "../scenario/index.ts";
import { complaintsIn } from "./kernel-complaints.ts";

/** A statement or a check on which two targets do not agree, with what each of them saw. */
export interface Difference {
  readonly line: number;
  readonly text: string;
  readonly seen: readonly [string, string];
}

export interface CompareOptions {
  /** Also where the scenario allows several outcomes, and both targets had one of them. */
  readonly strictly?: boolean;
}

/** What two runs of one program do not agree on, in the order of the file. */
export function compareReports(
  one: RunReport,
  other: RunReport,
  { strictly = false }: CompareOptions = {},
): readonly Difference[] {
  const statements = one.statements.flatMap((it, index) =>
    differenceOf(it, other.statements[index], strictly),
  );
  // Whoever stopped at a violation has looked at nothing in the end.
  const canCheck = one.violation === undefined && other.violation === undefined;
  const checks = canCheck
    ? one.checks.flatMap((it, index) => checkDifference(it, other.checks[index], strictly))
    : [];
  return [...statements, ...checks, ...violationDifference(one, other)];
}

function differenceOf(
  one: JudgedStatement,
  other: JudgedStatement | undefined,
  strictly: boolean,
): readonly Difference[] {
  const { step } = one;
  if (other === undefined || step.action.kind === "exit") return [];
  const seen = [runsText(step, one.runs), runsText(step, other.runs)] as const;
  if (seen[0] === seen[1]) return [];
  if (!strictly && one.ok && other.ok && isLoose(step.expected)) return [];
  return [{ line: step.at.line, text: step.text, seen }];
}

function checkDifference(
  one: JudgedCheck,
  other: JudgedCheck | undefined,
  strictly: boolean,
): readonly Difference[] {
  const { check } = one;
  if (other === undefined || one.seen === other.seen) return [];
  if (one.seen === UNKNOWN || other.seen === UNKNOWN) return [];
  if (!strictly && one.ok && other.ok && isRange(check)) return [];
  return [{ line: check.at.line, text: check.text, seen: [one.seen, other.seen] }];
}

/** What is wrong inside a kernel is a difference of its own: nobody sees it from outside. */
function violationDifference(one: RunReport, other: RunReport): readonly Difference[] {
  const [first, second] = [wrongInside(one), wrongInside(other)];
  // A kernel says most of what is wrong only once: that it keeps silent says nothing.
  if (first === second || (second === FINE && first === COMPLAINS)) return [];
  return [{ line: lastLine(one.program), text: "never", seen: [first, second] }];
}

const FINE = "ok";
const COMPLAINS = "warning";

function wrongInside({ violation, log }: RunReport): string {
  if (violation !== undefined) return violation.property;
  return complaintsIn(log).length === 0 ? FINE : COMPLAINS;
}

function lastLine({ steps }: Program): number {
  return steps.at(-1)?.at.line ?? 1;
}

function isLoose(expected: readonly Outcome<Resolved>[]): boolean {
  if (expected.length > 1) return true;
  return expected.some(
    (it) =>
      it.kind === "any" ||
      it.kind === "bits" ||
      (it.kind === "value" && it.range.low !== it.range.high),
  );
}

function isRange({ values }: Check): boolean {
  return values.length > 1 || values.some(({ low, high }) => low !== high);
}
