import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Pair, RandomFinding, TargetName } from "../conform/index.ts";
import { EXIT } from "./exit-codes.ts";
import { kernelImage } from "./kernel-image.ts";
import { parseCount } from "./parse.ts";
import { progress } from "./progress.ts";
import { programsOf } from "./scenario-files.ts";
import { UsageError } from "./usage-error.ts";

interface ConformFlags {
  readonly on: string;
  readonly kernel?: string;
  readonly random?: string;
  readonly seed: string;
  readonly out: string;
}

const LIBRARY = "scenarios/conformance/*.scn";

const AFTER_HELP = `
Runs scenarios on two targets, and compares what each statement and each check
led to. With --random it makes scenarios up, and writes the smallest form of
each that differs into a file of its own.

linux is this computer's kernel: it needs root, a C compiler, and debug
registers that nobody else uses. A guest is a real kernel of another
architecture in an emulator: see trapline guest --help.

Exit status: 0 no difference but known kernel bugs, 1 some, 2 wrong usage.

Examples:
  trapline conform
  trapline conform scenarios/conformance/x86-*.scn
  trapline conform --on model,guest:ppc64le-6.12
  trapline conform --random 10000 --seed 7
`;

/** Adds `trapline conform` to the program. */
export function addConformCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("conform")
    .summary("compare the kernel model with a real kernel")
    .description("Run scenarios on two targets, and compare what they lead to.")
    .argument("[file...]", `scenario files (default: ${LIBRARY})`)
    .option("--on <TARGETS>", "two targets, with a comma", "model,linux")
    .option("--kernel <IMAGE>", "what a guest boots instead of its own kernel")
    .option("--random <N>", "make N random scenarios instead")
    .option("--seed <S>", "the number of the first random scenario", "1")
    .option("--out <FOLDER>", "where scenarios that differ are written", "differences")
    .addHelpText("after", AFTER_HELP)
    .action(async (files: readonly string[], flags: ConformFlags) => {
      finish(await conform(files, flags));
    });
}

async function conform(files: readonly string[], flags: ConformFlags): Promise<number> {
  const { openTarget, parseTargetName } = await import("../conform/index.ts");
  const names = flags.on.split(",").map(parseTargetName);
  const [first, second] = names;
  if (first === undefined || second === undefined || names.length > 2 || first === second)
    throw new UsageError(`--on ${flags.on}: name two targets: model,linux`);
  const isRandom = flags.random !== undefined;
  if (isRandom && files.length > 0)
    throw new UsageError("conform: --random: makes scenarios itself, and takes no files");
  const random = parseCount("--random", flags.random ?? "1", 1);
  const seed = parseCount("--seed", flags.seed, 0);
  const programs = isRandom ? [] : await programsOf(files.length > 0 ? files : library());

  using open = new DisposableStack();
  const options = { kernel: kernelImage(flags.kernel, names), progress };
  const one = open.use(await openTarget(first, options));
  const pair: Pair = [one, open.use(await openTarget(second, options))];
  if (isRandom) return await conformRandom(pair, { programs: random, seed, out: flags.out });
  const { Matrix } = await import("./conform-text.ts");
  const { verdictOf } = await import("../conform/index.ts");
  const matrix = new Matrix([first, second]);
  for (const { file, program } of programs)
    matrix.add(file, program, await verdictOf(file, program, pair));
  console.log(matrix.text().join("\n"));
  return matrix.isFine ? EXIT.ok : EXIT.failed;
}

function library(): readonly string[] {
  const files = globSync(LIBRARY).sort();
  if (files.length > 0) return files;
  throw new UsageError(`conform: ${LIBRARY}: no such file here: name scenario files`);
}

async function conformRandom(
  pair: Pair,
  { programs, seed, out }: { programs: number; seed: number; out: string },
): Promise<number> {
  const { conformRandomly } = await import("../conform/index.ts");
  const names: [TargetName, TargetName] = [pair[0].name, pair[1].name];
  const { findingText, randomSummary } = await import("./conform-text.ts");
  let isOver = false;
  const stop = () => {
    isOver = true;
  };
  process.once("SIGINT", stop);
  const start = performance.now();
  const onFinding = (finding: RandomFinding) => {
    mkdirSync(out, { recursive: true });
    const file = join(out, `random-${finding.seed}.scn`);
    writeFileSync(file, finding.scenario);
    console.log(findingText(finding, file, names));
  };
  try {
    const onNoAnswer = (scenario: number, why: string) =>
      progress(`scenario ${scenario}: no answer: ${why}: asking once more`);
    const options = { programs, seed, onFinding, onNoAnswer, isOver: () => isOver };
    const result = await conformRandomly(pair, options);
    console.log(randomSummary(result, { seed, seconds: (performance.now() - start) / 1000 }));
    const unexplained = result.findings.filter(({ bug }) => bug === undefined);
    return unexplained.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    process.off("SIGINT", stop);
  }
}
