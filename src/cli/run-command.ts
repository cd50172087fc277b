import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { RunReport } from "../conform/index.ts";
import type { Program } from "../scenario/index.ts";
import { EXIT } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

interface RunFlags {
  readonly on: string;
  readonly trace?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
The statements are run in the order of the file, each to its end before the next
begins, on every machine that the file names.

Exit status: 0 all as expected, 1 not, 2 wrong usage or a file that cannot be run.

Examples:
  trapline run scenarios/conformance/x86-h1-write.scn
  trapline run --trace scenarios/bugs/oops-2016.scn
  trapline run --json scenarios/conformance/*.scn
`;

/** Adds `trapline run` to the program. */
export function addRunCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("run")
    .summary("run scenario files, line by line")
    .description("Run scenarios and hold what they lead to against what they expect.")
    .argument("<file...>", "scenario files")
    .option("--on <TARGET>", "where: model", "model")
    .option("--trace", "print each atomic step")
    .option("--json", "print JSON lines: header, statements, violations, verdicts")
    .addHelpText("after", AFTER_HELP)
    .action(async (files: readonly string[], flags: RunFlags) => {
      finish(await runFiles(files, flags));
    });
}

async function runFiles(files: readonly string[], flags: RunFlags): Promise<number> {
  if (flags.on !== "model") throw new UsageError(`--on ${flags.on}: no such target: use model`);
  if (flags.trace === true && flags.json === true)
    throw new UsageError("run: --trace and --json: give one of them");
  const programs: { file: string; program: Program }[] = [];
  for (const file of files) {
    for (const program of await programsOf(file)) programs.push({ file, program });
  }

  const { runOnModel } = await import("../conform/index.ts");
  const { jsonHeader, jsonReport, textReport, traceLine } = await import("./run-text.ts");
  if (flags.json === true) console.log(jsonHeader());
  let ok = true;
  for (const { file, program } of programs) {
    const lines: string[] = [];
    const listen = flags.trace === true ? traceLine(lines) : undefined;
    const report: RunReport = runOnModel(program, listen);
    ok &&= report.ok;
    if (flags.json === true) lines.push(...jsonReport(file, report));
    else lines.push(...textReport(file, report));
    console.log(lines.join("\n"));
  }
  return ok ? EXIT.ok : EXIT.failed;
}

/** What a file can be run as. All that is wrong with it is said at once. */
async function programsOf(file: string): Promise<readonly Program[]> {
  const { formatDiagnostic, load } = await import("../scenario/index.ts");
  const { missingFixes } = await import("../conform/index.ts");
  const text = read(file);
  const loaded = load(text);
  if (!loaded.ok) {
    const all = loaded.error.map((it) => formatDiagnostic(it, file, text));
    throw new UsageError(`${file}: it cannot be run:\n${all.join("\n")}`);
  }
  const missing = loaded.value.programs.flatMap(missingFixes);
  if (missing.length > 0) {
    const names = [...new Set(missing)].join(", ");
    throw new UsageError(`${file}: without fix ${names}: the model cannot switch it off`);
  }
  return loaded.value.programs;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file}: it cannot be read: ${reason}`);
  }
}
