import type { Replayed, TraceStep } from "../check/index.ts";
import { textTable } from "./text-table.ts";

/** What a key does: the step to go to, or the end of it all. */
export type Went = { readonly at: number } | "quit" | undefined;

const BACK = new Set(["\x1b[D", "\x1b[A", "p", "k", "h", "\x7f"]);
const ON = new Set(["\x1b[C", "\x1b[B", "n", "j", "l", " ", "\r"]);
const BLOCK_BACK = new Set(["\x1b[5~", "b"]);
const BLOCK_ON = new Set(["\x1b[6~", "f"]);
const FIRST = new Set(["\x1b[H", "\x1b[1~", "g"]);
const LAST = new Set(["\x1b[F", "\x1b[4~", "G"]);
const QUIT = new Set(["q", "\x1b", "\x03", "\x04"]);

export const KEYS =
  "arrows: step   b f: function   g G: first, last   x: where it is lost   q: quit";

/** Where a key leads from a step. Steps count from 0. */
export function goneBy(key: string, at: number, { steps, lost }: Replayed): Went {
  const last = steps.length - 1;
  const within = (to: number) => ({ at: Math.max(0, Math.min(last, to)) });
  if (QUIT.has(key)) return "quit";
  if (BACK.has(key)) return within(at - 1);
  if (ON.has(key)) return within(at + 1);
  if (FIRST.has(key)) return within(0);
  if (LAST.has(key)) return within(last);
  if (key === "x" && lost >= 0) return within(lost);
  if (BLOCK_ON.has(key)) return within(otherBlock(steps, at, 1));
  if (BLOCK_BACK.has(key)) return within(otherBlock(steps, at, -1));
  return undefined;
}

/** The first step on that way that belongs to another task or kernel function. */
function otherBlock(steps: readonly TraceStep[], at: number, way: 1 | -1): number {
  const nameOf = (step: TraceStep | undefined) => step && `${step.cpu} ${step.task} ${step.fn}`;
  let to = at;
  while (to >= 0 && to < steps.length && nameOf(steps[to]) === nameOf(steps[at])) to += way;
  return to;
}

/** The steps around the one that is looked at, and what the machine is like after it. */
export function replayScreen(it: Replayed, at: number, size: { rows: number; columns: number }) {
  const room = Math.max(3, size.rows - 9);
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), it.steps.length - room));
  const shown = lanes(it, { from, to: from + room, at }, size.columns);
  const step = it.steps[at];
  const lines = [
    headline(it),
    "",
    ...shown,
    "",
    `after step ${at + 1} of ${it.steps.length}`,
    `  slots     ${step?.slots || "empty"}`,
    `  locks     ${step?.locks || "free"}`,
    `  stepping  ${step?.stepping.join(", ") || "nobody"}`,
    at === it.steps.length - 1 ? `  FAILS     ${it.failure.what}` : KEYS,
  ];
  return lines.map((line) => line.slice(0, size.columns));
}

/** All steps, for where there are no keys. */
export function replayText(it: Replayed): readonly string[] {
  const chain = [...(it.violation?.chain ?? [])].reverse().map((fn) => `    ${fn}`);
  const all = lanes(it, { from: 0, to: it.steps.length, at: -1 });
  return [headline(it), ...all, `${it.failure.property}: ${it.failure.what}`, ...chain];
}

function headline({ file, program, failure, steps }: Replayed): string {
  const { arch, design } = program.machine;
  const machine = design === undefined ? arch : `${arch} design ${design}`;
  return `${file}: ${machine}: ${failure.property} in ${steps.length} steps`;
}

function lanes(
  { steps, program, lost }: Replayed,
  { from, to, at }: { from: number; to: number; at: number },
  width?: number,
): readonly string[] {
  const cpus = Array.from({ length: program.machine.cpus }, (_, cpu) => cpu);
  const columns = [
    { title: "STEP", align: "right" },
    ...cpus.map((cpu) => ({ title: `CPU${cpu}`, align: "left", shrinks: true }) as const),
    { title: "SLOTS", align: "left", shrinks: true },
    { title: "LOCKS", align: "left", shrinks: true },
    { title: "", align: "left", shrinks: true },
  ] as const;
  const rows = steps.slice(from, to).map((step, index) => {
    const number = from + index;
    const what = `${step.task} ${step.fn}${step.label === "" ? "" : `.${step.label}`}`;
    const mark = number === lost ? ["<== lost here"] : [];
    const end = number === steps.length - 1 ? ["<== fails"] : [];
    return [
      `${number === at ? "> " : ""}${number + 1}`,
      ...cpus.map((cpu) => (cpu === step.cpu ? what : "|")),
      step.slots,
      step.locks,
      [...step.lost, ...mark, ...end].join("; "),
    ];
  });
  return textTable(columns, rows, width).map((line) => line.trimEnd());
}
