import type { Command } from "commander";
import type { RunReport } from "../check/index.ts";
import type { Difference, Target } from "../conform/index.ts";
import type { Kernel } from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import type { RecordedModel } from "../recording/index.ts";
import { EXIT } from "./exit-codes.ts";
import { kernelImage } from "./kernel-image.ts";
import { progress } from "./progress.ts";
import type { RunOutcome } from "./run-text.ts";
import { type FileProgram, programsOf } from "./scenario-files.ts";
import type { TraceFile } from "./trace-file.ts";
import { UsageError } from "./usage-error.ts";

interface RunFlags {
  readonly on: string;
  readonly kernel?: string;
  readonly trace?: boolean;
  readonly traceFile?: string;
  readonly json?: boolean;
}

const AFTER_HELP = `
The statements are run in the order of the file, each to its end before the next
begins, on every machine that the file names. Targets are model, linux (this
computer's kernel, which needs root and a C compiler) and guests (see trapline
guest --help); with several of them, a difference fails, too.

Exit status: 0 all as expected, 1 not, 2 wrong usage or a file that cannot be
run.

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
    .option("--trace-file <FILE>", "record the steps, for report, show and export")
    .option("--json", "print JSON lines: header, statements, violations, verdicts")
    .addHelpText("after", AFTER_HELP)
    .action(async (files: readonly string[], flags: RunFlags) => {
      finish(await runFiles(files, flags));
    });
}

async function runFiles(files: readonly string[], flags: RunFlags): Promise<number> {
  const { missingFixes } = await import("../check/index.ts");
  const { openTarget, parseTargetName } = await import("../conform/index.ts");
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
  using open = new DisposableStack();
  const form = flags.json === true ? "json" : flags.trace === true ? "trace" : "text";
  const file = await traceFile(flags.traceFile, { form, targets: names, designs: [] });
  if (file !== undefined) open.use(file);
  const { traceStep } = await import("../check/index.ts");
  const listen = (done: Done, kernel: Kernel) => {
    if (flags.trace === true) lines.push(traceLine(traceStep(done, kernel)));
    file?.step(done, kernel);
  };
  const listener = flags.trace === true || file !== undefined ? listen : undefined;
  const options = { onStep: listener, kernel: kernelImage(flags.kernel, names), progress };
  const targets: Target[] = [];
  for (const name of names) targets.push(open.use(await openTarget(name, options)));
  if (flags.json === true) console.log(jsonHeader(names));
  let ok = true;
  for (const item of programs) {
    const { text, isFine } = await runOne(item, { targets, json: flags.json === true, file });
    console.log([...lines.splice(0), ...text].join("\n"));
    ok &&= isFine;
  }
  return ok ? EXIT.ok : EXIT.failed;
}

async function traceFile(
  path: string | undefined,
  model: RecordedModel,
): Promise<TraceFile | undefined> {
  if (path === undefined) return undefined;
  const { TraceFile } = await import("./trace-file.ts");
  return new TraceFile(path, "run", model);
}

interface RunHow {
  readonly targets: readonly Target[];
  readonly json: boolean;
  readonly file: TraceFile | undefined;
}

/** What is to be printed of one program, and whether all was as expected, and the same everywhere. */
async function runOne(
  item: FileProgram,
  { targets, json, file }: RunHow,
): Promise<{ readonly text: readonly string[]; readonly isFine: boolean }> {
  const { beside, compareReports } = await import("../conform/index.ts");
  const { runView } = await import("../check/index.ts");
  const { groupText } = await import("./run-text.ts");
  const reports: RunReport[] = [];
  const outcomes: RunOutcome[] = [];
  let differences: readonly Difference[] = [];
  for (const target of targets) {
    const why = target.whyNot(item.program);
    file?.begin(item, target.name);
    if (why !== undefined) {
      outcomes.push({ target: target.name, why });
      file?.notApplicable(why);
      continue;
    }
    const report = await target.run(beside(item.program, target, targets));
    const [first] = reports;
    if (first !== undefined) differences = compareReports(first, report);
    reports.push(report);
    const view = runView(target.name, report);
    outcomes.push({ target: target.name, view });
    file?.ran(
      view,
      differences.map(({ line, text }) => ({ line, text })),
    );
  }
  const text = groupText(item.file, outcomes, { differences, json });
  return { text, isFine: reports.every(({ ok }) => ok) && differences.length === 0 };
}
