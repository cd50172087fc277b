import type { Finding, Hunt, HuntOptions, Totals } from "./explore-hunt.ts";
import { version } from "./version.ts";

export function exploreHeader({
  machine,
  tasks,
  cpus,
  events,
  length,
  words,
}: HuntOptions): string {
  const { arch, design, withoutFixes } = machine;
  return JSON.stringify({
    kind: "header",
    schema: "trapline.explore",
    version: 1,
    trapline: version(),
    arch,
    design,
    without: withoutFixes,
    tasks,
    cpus,
    events,
    length,
    words: [...words],
  });
}

export function exploreFinding(finding: Finding, file: string | undefined): string {
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
export function exploreSummary(
  hunt: Hunt,
  totals: Totals,
  { shard, settled, detours }: HuntOptions,
): string {
  const programs = [...totals].map(([length, total]) => ({
    length,
    tried: hunt.tried.get(length) ?? 0,
    total,
  }));
  return JSON.stringify({
    kind: "summary",
    findings: hunt.findings.length,
    programs,
    states: hunt.states,
    transitions: hunt.transitions,
    seconds: hunt.seconds,
    bounded: Object.fromEntries(hunt.bounded),
    cut: hunt.cut,
    ended: hunt.ended,
    shard: `${shard.index + 1}/${shard.of}`,
    settled,
    detours,
  });
}
