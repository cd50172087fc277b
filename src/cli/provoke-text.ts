import type { CheckView } from "../check/index.ts";
import type { OutcomeLine, Provoked, ProvokeResult } from "../conform/index.ts";
import { textTable } from "./text-table.ts";
import { version } from "./version.ts";

export interface ProvokeReport {
  readonly file: string;
  readonly program: Pick<CheckView["program"], "machine">;
  readonly target: string;
  /** Of the first try. */
  readonly seed: number;
  readonly result: ProvokeResult & { readonly seconds: number };
}

const COLUMNS = [
  { title: "OUTCOME", align: "right" },
  { title: "TRIES", align: "right" },
  { title: "SHARE", align: "right" },
  { title: "FIRST SEED", align: "right" },
  { title: "", align: "left" },
] as const;
/** More are a scenario about too much: the most frequent tell. */
const MOST_SHOWN = 20;

/** How often each outcome came, and below in what they differ. */
export function provokeText(report: ProvokeReport): readonly string[] {
  const { file, program, target, seed, result } = report;
  const { tries, outcomes, complaints, broken, seconds } = result;
  const shown = outcomes.slice(0, MOST_SHOWN);
  const rows = shown.map((outcome, index) => [
    String(index + 1),
    String(outcome.count),
    share(outcome.count, tries),
    String(outcome.firstSeed),
    judgement(outcome),
  ]);
  return [
    `${file} on ${target}: ${machineOf(program)}, ${tries} tries from seed ${seed} in ${seconds.toFixed(1)} s`,
    ...textTable(COLUMNS, rows),
    ...(outcomes.length > shown.length ? [`${outcomes.length - shown.length} more outcomes`] : []),
    ...differences(shown),
    ...complaints.flatMap(({ seed: at, log }) => [``, `the kernel complains, seed ${at}:`, ...log]),
    ...(broken === undefined
      ? []
      : ["", `ended before its time, after seed ${seed + tries}: ${broken}`]),
    "",
    verdict(result),
    "",
  ];
}

function machineOf({ machine }: ProvokeReport["program"]): string {
  const design = machine.design === undefined ? "" : ` design ${machine.design}`;
  return `${machine.arch}${design}, ${machine.cpus} ${machine.cpus === 1 ? "CPU" : "CPUs"}`;
}

function share(count: number, tries: number): string {
  return `${((100 * count) / tries).toFixed(2)}%`;
}

function judgement({ ok, hung, unexplained }: Provoked): string {
  const words = [
    ...(hung ? ["HANGS"] : []),
    ...unexplained.map((task) => `${task} DIES OF A SIGNAL THAT NOBODY SENT`),
  ];
  if (words.length > 0) return words.join(", ");
  return ok ? "as expected" : "NOT as expected";
}

/** The lines that are not the same in all outcomes, and those that are not as expected. */
function differences(outcomes: readonly Provoked[]): readonly string[] {
  const [first] = outcomes;
  if (first === undefined) return [];
  const isTold = (index: number) =>
    outcomes.some(({ lines }) => {
      const line = lines[index];
      return line !== undefined && (!line.ok || line.seen !== first.lines[index]?.seen);
    });
  const told = first.lines.map((line, index) => ({ line, index })).filter((it) => isTold(it.index));
  if (told.length === 0) return [];
  const columns = [
    { title: "LINE", align: "right" },
    { title: "STATEMENT", align: "left" },
    ...outcomes.map((_, index) => ({ title: String(index + 1), align: "left" }) as const),
  ] as const;
  const rows = told.map(({ line, index }) => [
    String(line.line),
    line.text,
    ...outcomes.map(({ lines }) => marked(lines[index])),
  ]);
  return ["", ...textTable(columns, rows)];
}

function marked(line: OutcomeLine | undefined): string {
  if (line === undefined) return "";
  return line.ok ? line.seen : `${line.seen} !`;
}

function verdict({ tries, outcomes, complaints, broken }: ProvokeResult): string {
  const wrong = outcomes.filter(({ ok }) => !ok).reduce((sum, { count }) => sum + count, 0);
  if (broken !== undefined) return "the kernel or the puppet did not survive it";
  if (complaints.length > 0) return `the kernel complained ${complaints.length} times`;
  return wrong === 0
    ? `all ${tries} tries as expected`
    : `${wrong} of ${tries} tries NOT as expected`;
}

export function headerJson(target: string, trapline = version()): string {
  const header = { kind: "header", schema: "trapline.provoke", version: 1, trapline };
  return JSON.stringify({ ...header, target });
}

export function provokeJson({ file, program, seed, result }: ProvokeReport): readonly string[] {
  const { arch, design, cpus } = program.machine;
  const { tries, outcomes, complaints, broken, seconds } = result;
  const summary = { kind: "summary", scenario: file, arch, design, cpus, seed, tries, seconds };
  return [
    ...outcomes.map((it) => ({ kind: "outcome", ...it })),
    ...complaints.map((it) => ({ kind: "complaint", ...it })),
    { ...summary, outcomes: outcomes.length, complaints: complaints.length, broken },
  ].map((line) => JSON.stringify(line));
}
