import type { Session } from "../watch/index.ts";
import { formatHex, formatNumber, STRATEGY } from "../wording/index.ts";
import { version } from "./version.ts";

const BP_TYPE: Readonly<Record<number, string>> = { 1: "r", 2: "w", 3: "rw", 4: "x" };
const PAGE = 4096;
/** The parts of a sample, as perf_event_open(2) calls them. */
const SAMPLED: Readonly<Record<string, string>> = {
  identifier: "IDENTIFIER",
  ip: "IP",
  tid: "TID",
  time: "TIME",
  cpu: "CPU",
  callchain: "CALLCHAIN",
  regsUser: "REGS_USER",
  stackUser: "STACK_USER",
  regsIntr: "REGS_INTR",
};

/** What `-v` says of a watch that has begun: registers, events, rings and what samples hold. */
export function explanation({ parts }: Session): readonly string[] {
  const { arming, spots, cpus, why, targets } = { ...parts, targets: parts.tasks.living() };
  const { plan } = arming;
  const { layout } = plan;
  const held = Object.entries(layout)
    .filter(([name, place]) => name in SAMPLED && place !== undefined && place !== false)
    .map(([name]) => SAMPLED[name]);
  const programs = plan.programs === undefined ? "no eBPF" : "an eBPF program in each event";
  return [
    `trapline ${version()}, Node ${process.version}, ${process.platform} ${process.arch}`,
    `armed: ${STRATEGY[arming.strategy]}${why === undefined ? "" : ` (${why})`}, CPU ${cpus.join(", ")}`,
    ...spots.flatMap(({ name, pieces }) =>
      pieces.map(
        ({ address, length, bpType }) =>
          `register: ${name}: ${formatHex(address)}/${length}:${BP_TYPE[bpType] ?? bpType}`,
      ),
    ),
    `events: ${formatNumber(arming.pieces.length, "breakpoint event")}, ${programs}, ${formatNumber(targets.length, "thread")} now`,
    `rings: ${arming.hitRings.length} of ${plan.hitPages * PAGE} bytes for hits, ${arming.sideRings.length} of ${plan.sidePages * PAGE} for forks, execs and exits`,
    `sample: ${held.join(", ")}`,
  ];
}
