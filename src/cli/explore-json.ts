import type { RecordedHunted } from "../recording/index.ts";
import type { FindingView, HuntView } from "./explore-view.ts";
import { version } from "./version.ts";

export function exploreHeader(wanted: RecordedHunted, trapline = version()): string {
  const { arch, design, without, tasks, cpus, events, length, words } = wanted;
  return JSON.stringify({
    kind: "header",
    schema: "trapline.explore",
    version: 1,
    trapline,
    arch,
    design,
    without,
    tasks,
    cpus,
    events,
    length,
    words,
  });
}

export function exploreFinding(finding: FindingView, file: string | undefined): string {
  const { number, symptom, scenario, program, length, counterexample, violation } = finding;
  return JSON.stringify({
    kind: "finding",
    number,
    property: counterexample.property,
    what: counterexample.what,
    chain: violation?.chain,
    symptom,
    length,
    cpus: program.machine.cpus,
    scenario,
    file,
    steps: counterexample.moves.length,
    switches: finding.switches,
    moves: counterexample.moves.map(({ action, choice }) => [action, choice]),
    trace: finding.trace,
  });
}

/** The last line: what was explored, of how much. */
export function exploreSummary({ wanted: _, ...hunt }: HuntView): string {
  return JSON.stringify({ kind: "summary", ...hunt });
}
