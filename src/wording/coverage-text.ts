import type { RecordedCoverage } from "../recording/index.ts";
import { describeSpot, type SpotName } from "./describe-spot.ts";
import { formatCount, formatNumber, formatSeconds } from "./format.ts";

export const STRATEGY: Readonly<Record<RecordedCoverage["strategy"], string>> = {
  cpu: "registers of each CPU",
  task: "registers of each thread",
  thread: "registers of the threads named",
};

/** What a watch came to. */
interface Result {
  readonly hits: number;
  readonly traps: number;
  readonly coverage: RecordedCoverage;
}

/** The sentence that a result begins with. Never a bare 0: it says how long was looked. */
export function headline(report: Result, spots: readonly SpotName[]): string {
  const { coverage } = report;
  const duration = formatSeconds(coverage.untilNs - coverage.sinceNs);
  const what = spots.map(describeSpot).join(", ");
  const traps = report.traps === report.hits ? "" : ` (${formatNumber(report.traps, "trap")})`;
  return `${formatNumber(report.hits, "hit")}${traps} in ${duration} on ${what}`;
}

/** What was covered, then a line for each thing that was not. */
export function coverageLines(coverage: RecordedCoverage): readonly string[] {
  const { threads, processes, threadsBorn, childrenBorn, execs, lost, strangers } = coverage;
  const who =
    processes === 0
      ? "every process"
      : `${formatNumber(processes, "process", "processes")}, ${formatNumber(threads, "thread")}`;
  const born = [
    threadsBorn > 0 ? `${formatNumber(threadsBorn, "thread")} born` : "",
    childrenBorn > 0 ? `${formatNumber(childrenBorn, "child", "children")} forked` : "",
    execs > 0 ? formatNumber(execs, "exec") : "",
  ].filter((part) => part !== "");
  const why = coverage.why === undefined ? "" : ` (${coverage.why})`;
  const tested =
    coverage.selfTest === "fired" ? "a test trap fired" : "no register for a test trap";
  return [
    `covered: ${[who, ...born].join(", ")}, on CPU ${coverage.cpus.join(", ")}`,
    `armed: ${STRATEGY[coverage.strategy]}${why}; ${tested}; ${
      coverage.kernelMode ? "accesses by the kernel are counted" : "user mode only"
    }`,
    `lost: ${lost === 0n ? "none" : `${formatCount(lost)} hits: enlarge the ring with --ring`}`,
    ...(strangers === 0n
      ? []
      : [`left out: ${formatCount(strangers)} hits by other processes at the same address`]),
    ...leftOutLines(coverage),
    ...stoppedLines(coverage),
    ...(coverage.notes ?? []).map((text) => `note: ${text}`),
    ...coverage.gaps.map(({ text }) => `not covered: ${text}`),
  ];
}

/** What was left out as asked, by flag, and where that was decided. */
function leftOutLines({ leftOut, decidedIn }: RecordedCoverage): readonly string[] {
  const where =
    decidedIn === undefined
      ? ""
      : decidedIn === "kernel"
        ? "conditions were decided in the trap, by eBPF"
        : "conditions were decided afterwards, without eBPF";
  if (leftOut === undefined) return where === "" ? [] : [where];
  const counts = [
    [leftOut.condition, "--if"],
    [leftOut.expected, "--unless-from"],
    [leftOut.unchanged, "--changes"],
    [leftOut.rate, "--max-rate"],
    [leftOut.ignored, "--ignore"],
    [leftOut.every, "--every"],
  ] as const;
  const told = counts
    .filter(([count]) => count > 0n)
    .map(([count, flag]) => `${formatCount(count)} by ${flag}`);
  const left = told.length === 0 ? "nothing" : told.join(", ");
  return [`left out as asked: ${left}${where === "" ? "" : `; ${where}`}`];
}

function stoppedLines({ stopped }: RecordedCoverage): readonly string[] {
  if (stopped === undefined) return [];
  const { pid, by, lateNs } = stopped;
  const when = by === "kernel" ? "in the trap" : `${(Number(lateNs) / 1e6).toFixed(1)} ms after it`;
  return [
    `stopped: process ${pid}, ${when}: attach with gdb -p ${pid}, or go on with kill -CONT ${pid}`,
  ];
}
