import { planWatch, recordedSpot, WatchError, type WatchOptions } from "../watch/index.ts";
import { describeSpot, formatHex, formatNumber, STRATEGY } from "../wording/index.ts";
import { toJson, watchOf } from "./json-view.ts";
import { type Display, STATUS } from "./run-watch.ts";

/** Says what a watch would arm, and arms nothing. Resolves to the exit status. */
export function runDryRun(options: WatchOptions, { form }: Display): number {
  try {
    const plan = planWatch(options);
    const watches = plan.spots.map((spot) => watchOf(recordedSpot(spot)));
    console.log(
      form === "json" ? toJson({ kind: "plan", ...plan, spots: undefined, watches }) : textOf(plan),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof WatchError)) throw error;
    console.error(`trapline: ${error.message}`);
    return error.exitCode ?? STATUS[error.kind];
  }
}

function textOf(plan: ReturnType<typeof planWatch>): string {
  const { spots, strategy, why, cpus, pids, threads, kernelMode } = plan;
  const registers = spots.reduce((sum, { pieces }) => sum + pieces.length, 0);
  const who =
    pids === undefined
      ? "every process"
      : `process ${pids.join(", ")}, ${formatNumber(threads, "thread")}`;
  return [
    ...spots.map((spot) => {
      const pieces = spot.pieces.map(({ address, length }) => `${formatHex(address)}/${length}`);
      return `would watch ${describeSpot(spot)}: registers for ${pieces.join(", ")}`;
    }),
    `of ${who}, on CPU ${cpus.join(", ")}`,
    `with ${formatNumber(registers, "register")}: ${STRATEGY[strategy]}${why === undefined ? "" : ` (${why})`}; ${kernelMode ? "accesses by the kernel are counted" : "user mode only"}`,
    "nothing was armed",
  ].join("\n");
}
