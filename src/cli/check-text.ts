import { type CheckView, lostAt, type TraceStep, verdictOf } from "../check/index.ts";
import { textTable } from "./text-table.ts";

/** A line for each program: what was found, and in how much. */
export function verdictLine(it: CheckView): string {
  const { result } = it;
  const counts = `${amount(result.states, "state")}, ${amount(result.transitions, "transition")}`;
  const size = `${counts}, depth ${result.depth}, ${result.seconds.toFixed(2)} s`;
  return `${mark(it)} ${nameOf(it)}: ${summary(it)} (${size}; ${result.method})`;
}

function mark(it: CheckView): string {
  const verdict = verdictOf(it);
  if (verdict === "ok") return "ok     ";
  return verdict === "fail" ? "FAIL   " : "bounded";
}

export function nameOf({ file, program }: CheckView): string {
  const { arch, design, cpus } = program.machine;
  const machine = design === undefined ? arch : `${arch} design ${design}`;
  const without = program.withoutFixes.map((fix) => `, without ${fix}`).join("");
  return `${file}: ${machine}, ${amount(cpus, "CPU")}${without}`;
}

function summary({ result, switches, inFileOrder, calm }: CheckView): string {
  const { counterexample, unreached, bounds } = result;
  if (counterexample !== undefined) {
    const shortest = counterexample.isShortest ? ", none is shorter" : "";
    const steps = amount(counterexample.moves.length, "step");
    return `${counterexample.property} in ${steps}${shortest}, ${amount(switches, "switch", "es")}`;
  }
  if (inFileOrder !== undefined) return `in the order of the file, ${inFileOrder}`;
  if (result.verdict === "fail") return `nothing fails, but never reached: ${unreached.join("; ")}`;
  if (result.verdict === "ok") return "no failure in any interleaving";
  const ended = `no failure in what was explored; it ended at its bound of ${bounds.join(", ")}`;
  if (calm?.verdict !== "ok") return ended;
  return `${ended}; none in any of the ${amount(calm.states, "state")} without preemption by kernel threads`;
}

/** What a counterexample is shown from. */
export type Traced = Pick<CheckView, "trace" | "violation" | "program"> & {
  readonly result: Pick<CheckView["result"], "counterexample">;
};

/**
 * The counterexample as a lane for each processor, its blocks named after kernel functions, and the
 * token that replays it, if there is one.
 */
export function traceText(
  { trace, violation, program, result }: Traced,
  token?: string,
): readonly string[] {
  const { counterexample } = result;
  if (counterexample === undefined) return [];
  const chain = [...(violation?.chain ?? [])].reverse().map((fn) => `    ${fn}`);
  const lost = lostAt(trace, violation);
  const cpus = Array.from({ length: program.machine.cpus }, (_, cpu) => cpu);
  const columns = [
    { title: "STEP", align: "right" },
    ...cpus.map((cpu) => ({ title: `CPU${cpu}`, align: "left" }) as const),
    { title: "SLOTS", align: "left" },
    { title: "LOCKS", align: "left" },
    { title: "", align: "left" },
  ] as const;
  const rows = foldedBlocks(trace, lost).map(({ first, steps }) => {
    const last = steps.at(-1);
    const lanes = cpus.map((cpu) => (cpu === last?.cpu ? blockText(steps) : "|"));
    const notes = [...notesOf(steps), ...markOf({ first, steps, lost, end: trace.length })];
    return [
      numberOf(first, steps),
      ...lanes,
      last?.slots ?? "",
      last?.locks ?? "",
      notes.join("; "),
    ];
  });
  return [
    `  ${counterexample.property}: ${counterexample.what}`,
    ...chain,
    ...textTable(columns, rows).map((line) => `  ${line.trimEnd()}`),
    ...(token === undefined ? [] : [`  step through it: trapline replay ${token}`]),
    "",
  ];
}

interface Block {
  readonly first: number;
  readonly steps: TraceStep[];
}

/** Consecutive steps of one task in one kernel function are a block; a step that loses something ends it. */
function foldedBlocks(trace: readonly TraceStep[], lost: number): readonly Block[] {
  const blocks: Block[] = [];
  for (const [at, step] of trace.entries()) {
    const block = blocks.at(-1);
    const last = block?.steps.at(-1);
    const isSame =
      last?.cpu === step.cpu && last.task === step.task && last.fn === step.fn && at - 1 !== lost;
    if (block !== undefined && isSame && at !== lost) block.steps.push(step);
    else blocks.push({ first: at, steps: [step] });
  }
  return blocks;
}

function blockText(steps: readonly TraceStep[]): string {
  const [first] = steps;
  if (first === undefined) return "";
  const labels = steps.map(({ label }) => label).filter((label) => label !== "");
  const last = labels.at(-1);
  const what = labels.length > 1 && labels[0] !== last ? `${labels[0]}..${last}` : (last ?? "");
  return `${first.task} ${first.fn}${what === "" ? "" : `.${what}`}`;
}

function numberOf(first: number, steps: readonly TraceStep[]): string {
  return steps.length === 1 ? `${first + 1}` : `${first + 1}-${first + steps.length}`;
}

function notesOf(steps: readonly TraceStep[]): string[] {
  const gone = steps.flatMap(({ lost }) => lost);
  const stepping = steps.at(-1)?.stepping ?? [];
  return [...(stepping.length > 0 ? [`step bit of ${stepping.join(", ")}`] : []), ...gone];
}

function markOf(at: { first: number; steps: readonly TraceStep[]; lost: number; end: number }) {
  const { first, steps, lost, end } = at;
  if (first + steps.length === end) return ["<== fails"];
  return lost >= first && lost < first + steps.length ? ["<== lost here"] : [];
}

function amount(count: number, word: string, plural = "s"): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : plural}`;
}
