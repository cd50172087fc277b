import type { RecordedProgram, RecordedRun, RecordedSearch } from "../../recording/index.ts";

/** The machine of a program: `powerpc-dawr design a, 1 CPU, without Z29`. */
export function machineText({ arch, design, cpus, without }: RecordedProgram): string {
  const machine = design === undefined ? arch : `${arch} design ${design}`;
  const missing = without.map((fix) => `, without fix ${fix}`).join("");
  return `${machine}, ${amount(cpus, "CPU")}${missing}`;
}

/** Which run it is, how long, and in how much it was found. */
export function runSummary({ program, steps, verdict }: RecordedRun): string {
  const search = verdict?.search;
  const parts = [
    `${program.file}: ${machineText(program)}`,
    ...(steps.length === 0 ? [] : [lengthText(steps.length, search)]),
    ...(search === undefined ? [] : [searchText(search)]),
  ];
  return `${parts.join(". ")}.`;
}

function lengthText(steps: number, search: RecordedSearch | undefined): string {
  const length = amount(steps, "step");
  if (search?.counterexample === undefined) return length;
  const shortest = search.counterexample.isShortest ? "; none is shorter" : "";
  return `${length}, ${amount(search.switches, "switch", "es")}${shortest}`;
}

/** How much was explored, and how: a verdict never stands without. */
export function searchText({
  states,
  transitions,
  depth,
  seconds,
  method,
  bounds,
}: RecordedSearch): string {
  const size = `${amount(states, "state")}, ${amount(transitions, "transition")}, depth ${depth}, ${seconds.toFixed(2)} s`;
  const ended = bounds.length === 0 ? "" : `; ended at its bound of ${bounds.join(", ")}`;
  return `${size} (${method})${ended}`;
}

export function amount(count: number, word: string, plural = "s"): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : plural}`;
}
