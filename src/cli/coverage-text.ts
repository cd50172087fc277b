import type { Coverage, Spot, WatchReport } from "../watch/index.ts";
import { describeSpot } from "./describe-spot.ts";
import { formatCount, formatNumber, formatSeconds } from "./format.ts";

const STRATEGY: Readonly<Record<Coverage["strategy"], string>> = {
  cpu: "registers of each CPU",
  task: "registers of each thread",
  thread: "registers of the threads named",
};

/** The sentence that a result begins with. Never a bare 0: it says how long was looked. */
export function headline(report: WatchReport, spots: readonly Spot[]): string {
  const { coverage } = report;
  const duration = formatSeconds(coverage.untilNs - coverage.sinceNs);
  const what = spots.map(describeSpot).join(", ");
  return `${formatNumber(report.hits, "hit")} in ${duration} on ${what}`;
}

/** What was covered, then a line for each thing that was not. */
export function coverageLines(coverage: Coverage): readonly string[] {
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
    ...(coverage.notes ?? []).map((text) => `note: ${text}`),
    ...coverage.gaps.map(({ text }) => `not covered: ${text}`),
  ];
}
