import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";
import { parseChoice } from "./parse.ts";

interface ExportFlags {
  readonly to: string;
  readonly output?: string;
}

/** In the order of the help. */
const FORMATS = [
  ...(["perf-script", "folded", "chrome", "speedscope", "pprof", "firefox"] as const),
  ...(["jsonl", "csv", "parquet", "itf"] as const),
] as const;

const AFTER_HELP = `
Formats:
  perf-script  what perf script prints: flame graph scripts, viewers
  folded       one line a call chain, with its count: flamegraph.pl, inferno
  chrome       trace events: ui.perfetto.dev opens them, the value as a counter
  speedscope   speedscope.app
  pprof        go tool pprof, gzipped
  firefox      profiler.firefox.com, the value as a counter
  jsonl        JSON lines, as watch --json prints them
  csv          a row a hit
  parquet      the same with types: DuckDB, pandas, Spark
  itf          Apalache's trace format, of runs and counterexamples

chrome, jsonl and itf are for recordings of scenarios, too.

Exit status: 0, or 2: wrong usage, not a recording, or a file that cannot be
written.

Examples:
  trapline export run.trap --to folded | flamegraph.pl > run.svg
  trapline export run.trap --to chrome -o run.json
  trapline export oops.trap --to itf -o oops.itf.json
`;

/** Adds `trapline export` to the program. */
export function addExportCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("export")
    .summary("make a recording into another format")
    .description("Make a recording into a format that other tools read.")
    .argument("<file>", "a recording")
    .requiredOption("--to <FORMAT>", "which format: see below")
    .option("-o, --output <FILE>", "where to; standard output if not given")
    .addHelpText("after", AFTER_HELP)
    .action(async (file: string, flags: ExportFlags) => {
      const { exportRecording } = await import("./export-recording.ts");
      const format = parseChoice("--to", flags.to, FORMATS);
      await exportRecording(file, format, flags.output);
      finish(EXIT.ok);
    });
}
