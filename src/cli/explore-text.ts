import { traceText } from "./check-text.ts";
import { type Hunt, MOST_COUNTED, type Totals } from "./explore-hunt.ts";
import type { FindingView, HuntView } from "./explore-view.ts";

/** A kind of failure: what it looks like, and the program that shows it. */
export function findingText(finding: FindingView, file: string | undefined): readonly string[] {
  const { number, counterexample, scenario, program, length, switches } = finding;
  const { property, what, moves } = counterexample;
  const size = `length ${length}, ${amount(program.machine.cpus, "CPU")}`;
  const steps = `${amount(moves.length, "step")}, ${amount(switches, "switch", "es")}`;
  const looks = finding.symptom.split("; ").slice(2);
  const lines = scenario.split("\n").filter((line) => /^\w+:|^barrier$/.test(line));
  return [
    `${number}. ${property}: ${what} (${size}; ${steps})${file === undefined ? "" : `: ${file}`}`,
    ...(finding.violation?.chain ?? []).toReversed().map((fn) => `     ${fn}`),
    ...(looks.length === 0 ? [] : [`   ${looks.join("; ")}`]),
    ...lines.map((line) => `   | ${line}`),
  ];
}

/** How a finding came about, in lanes. */
export function findingTrace(finding: FindingView): readonly string[] {
  const { program, counterexample, violation, trace } = finding;
  return traceText({ program, violation, trace, result: { counterexample } });
}

/** What was explored, and what was not: a hunt that found nothing says nothing without it. */
export function huntText(hunt: HuntView): readonly string[] {
  const lengths = hunt.programs.map(
    ({ length, tried, total }) =>
      `${tried.toLocaleString("en")} of ${totalText(total)} of length ${length}`,
  );
  const { tasks, cpus, events } = hunt.wanted;
  const size = `${amount(tasks, "task")}, ${amount(cpus, "CPU")}, ${amount(events, "event")}`;
  const [own, of] = hunt.shard.split("/");
  const part = of === "1" ? "" : `; this is part ${own} of ${of}`;
  const found =
    hunt.findings === 0 ? "No failure found" : `${amount(hunt.findings, "kind")} of failure found`;
  const work = `${amount(hunt.states, "state")}, ${amount(hunt.transitions, "transition")}`;
  return [
    `${found} in programs of at most ${size}: ${lengths.join(", ")}${part}.`,
    `${work}, ${hunt.seconds.toFixed(1)} s.`,
    ...boundsText(hunt),
  ];
}

function boundsText(hunt: HuntView): readonly string[] {
  const { detours, settled, wanted } = hunt;
  const said = Object.entries(hunt.bounded).map(
    ([bound, count]) => `${amount(count, "program")} ended at the bound of ${bound}`,
  );
  if (hunt.cut > 0)
    said.push(`${amount(hunt.cut, "program")} had runs that ended at a failure known by then`);
  const { reduced = 0 } = hunt;
  if (reduced > 0)
    said.push(`${amount(reduced, "program")} came to an end only reduced (--no-reduce)`);
  if (hunt.ended !== undefined) said.push(`all of it ended by ${ENDED[hunt.ended]}`);
  if (!detours) said.push("no preemption by kernel threads (--detours)");
  if (settled) said.push("setup is over before anything else begins (--settled)");
  return [`Bounds: ${said.join("; ")}; words: open, ${wanted.words.join(", ")}.`];
}

const ENDED = {
  states: "the bound of states in all",
  seconds: "the bound of time in all",
  interrupted: "an interrupt",
} as const;

export function progressText(hunt: Hunt, totals: Totals): string {
  const length = Math.max(...hunt.tried.keys());
  const tried = hunt.tried.get(length) ?? 0;
  const of = totalText(totals.get(length));
  const rate = Math.round(hunt.states / Math.max(0.001, hunt.seconds)).toLocaleString("en");
  const found = amount(hunt.findings.length, "kind");
  return `length ${length}: ${tried.toLocaleString("en")} of ${of} programs, ${found} of failure, ${rate} states a second`;
}

function totalText(total: number | undefined): string {
  if (total !== undefined) return total.toLocaleString("en");
  return `more than ${MOST_COUNTED.toLocaleString("en")}`;
}

function amount(count: number, word: string, plural = "s"): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : plural}`;
}
