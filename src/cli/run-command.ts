import type { Command } from "commander";
import type { RunReport, Target, TargetName } from "../conform/index.ts";
import { EXIT } from "./exit-codes.ts";
import { progress } from "./progress.ts";
import { type FileProgram, programsOf } from "./scenario-files.ts";
import { UsageError } from "./usage-error.ts";

interface RunFlags {
  readonly on: string;
  readonly kernel?: string;
  readonly trace?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
The statements are run in the order of the file, each to its end before the next
begins, on every machine that the file names. Targets are model, linux (this
computer's kernel, which needs root and a C compiler) and guests (see trapline
guest --help); with several of them, a difference fails, too.

Exit status: 0 all as expected, 1 not, 2 wrong usage or a file that cannot be run.

Examples:
  trapline run scenarios/conformance/x86-h1-write.scn
  trapline run --on model,linux scenarios/conformance/x86-h1-write.scn
  trapline run --on model,guest:ppc64le-6.12 scenarios/conformance/powerpc-*.scn
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
    .option("--on <TARGETS>", "where: model, linux, guest:NAME, with commas", "model")
    .option("--kernel <IMAGE>", "what a guest boots instead of its own kernel")
    .option("--trace", "print each atomic step of the model")
    .option("--json", "print JSON lines: header, statements, violations, verdicts")
    .addHelpText("after", AFTER_HELP)
    .action(async (files: readonly string[], flags: RunFlags) => {
      finish(await runFiles(files, flags));
    });
}

async function runFiles(files: readonly string[], flags: RunFlags): Promise<number> {
  const { missingFixes, openTarget, parseTargetName } = await import("../conform/index.ts");
  const names = flags.on.split(",").map(parseTargetName);
  if (new Set(names).size < names.length)
    throw new UsageError(`--on ${flags.on}: the same target twice`);
  if (flags.trace === true && (flags.json === true || names.join() !== "model"))
    throw new UsageError("run: --trace: only for the model alone, and without --json");
  const programs = await programsOf(files);
  if (names.includes("model")) {
    for (const { file, program } of programs) {
      const missing = missingFixes(program).join(", ");
      if (missing !== "")
        throw new UsageError(`${file}: without fix ${missing}: the model cannot switch it off`);
    }
  }

  const { jsonHeader, traceLine } = await import("./run-text.ts");
  const lines: string[] = [];
  const listen = flags.trace === true ? traceLine(lines) : undefined;
  using open = new DisposableStack();
  const options = { onStep: listen, kernel: flags.kernel, progress };
  const targets: Target[] = [];
  for (const name of names) targets.push(open.use(await openTarget(name, options)));
  if (flags.json === true) console.log(jsonHeader(names));
  let ok = true;
  for (const item of programs) {
    const { text, isFine } = await runOne(item, targets, flags.json === true);
    console.log([...lines.splice(0), ...text].join("\n"));
    ok &&= isFine;
  }
  return ok ? EXIT.ok : EXIT.failed;
}

/** What is to be printed of one program, and whether all was as expected, and the same everywhere. */
async function runOne(
  { file, program }: FileProgram,
  targets: readonly Target[],
  json: boolean,
): Promise<{ readonly text: readonly string[]; readonly isFine: boolean }> {
  const { beside } = await import("../conform/index.ts");
  const { comparisonText, jsonReport, notApplicableText, textReport } = await import(
    "./run-text.ts"
  );
  const reports: { name: TargetName; report: RunReport }[] = [];
  const text: string[] = [];
  for (const target of targets) {
    const why = target.whyNot(program);
    if (why !== undefined) text.push(notApplicableText(file, { target: target.name, why, json }));
    else
      reports.push({
        name: target.name,
        report: await target.run(beside(program, target, targets)),
      });
  }
  const [first, second] = reports;
  if (json) text.push(...reports.flatMap(({ name, report }) => jsonReport(file, report, name)));
  else if (first !== undefined && second !== undefined)
    text.push(...comparisonText(file, [first, second]));
  else if (first !== undefined) text.push(...textReport(file, first.report));
  const { compareReports } = await import("../conform/index.ts");
  const differs =
    first !== undefined &&
    second !== undefined &&
    compareReports(first.report, second.report).length > 0;
  return { text, isFine: reports.every(({ report }) => report.ok) && !differs };
}
