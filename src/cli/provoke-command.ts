import type { Command } from "commander";
import type { RaceTarget } from "../conform/index.ts";
import type { Program } from "../scenario/index.ts";
import { EXIT } from "./exit-codes.ts";
import { kernelImage } from "./kernel-image.ts";
import { parseCount, parseDuration } from "./parse.ts";
import { progress } from "./progress.ts";
import { type FileProgram, programsOf } from "./scenario-files.ts";
import type { TraceFile } from "./trace-file.ts";
import { UsageError } from "./usage-error.ts";

interface ProvokeFlags {
  readonly on: string;
  readonly kernel?: string;
  readonly for: string;
  readonly tries?: string;
  readonly seed: string;
  readonly cpus?: string;
  readonly traceFile?: string;
  readonly json?: boolean;
  readonly allowHostProvoke?: boolean;
}

const AFTER_HELP = `
Lets the actors of a scenario loose at once on a real kernel, again and again,
each time on other CPUs, with other priorities and delays, and counts what it
comes to. A barrier holds for all. What no order of the statements explains, a
death by a signal that nobody sent, and what the kernel complains of are said.

A try has a number, from which its delays are made: --seed N --tries 1 makes it
again. The kernel need not take the same course again.

On this computer's own kernel, linux, others live, whom a race that the kernel
loses would harm: it is refused unless --allow-host-provoke is given.

Exit status: 0 all tries as the file expects, 1 not, 2 wrong usage.

Examples:
  trapline provoke scenarios/bugs/w2-swap-dangles.scn --on guest:ppc64le-6.1
  trapline provoke race.scn --on guest:arm64-6.12 --kernel arch/arm64/boot/Image
  trapline provoke race.scn --on linux --allow-host-provoke --for 10s
`;

/** Adds `trapline provoke` to the program. */
export function addProvokeCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("provoke")
    .summary("run a scenario's actors at once on a real kernel, again and again")
    .description("Provoke the races of a scenario on a real kernel, and count the outcomes.")
    .argument("<file>", "a scenario file")
    .requiredOption("--on <TARGET>", "the kernel: linux, or a guest")
    .option("--kernel <IMAGE>", "what a guest boots instead of its own kernel")
    .option("--for <TIME>", "how long", "30s")
    .option("--tries <N>", "no more tries than these")
    .option("--seed <S>", "the number of the first try", "1")
    .option("--cpus <N>", "give the actors so many CPUs, not those of the file")
    .option("--trace-file <FILE>", "record the outcomes, for report")
    .option("--json", "print JSON lines: header, outcomes, complaints, summary")
    .option("--allow-host-provoke", "provoke this computer's own kernel, too")
    .addHelpText("after", AFTER_HELP)
    .action(async (file: string, flags: ProvokeFlags) => {
      finish(await provokeFile(file, flags));
    });
}

async function provokeFile(file: string, flags: ProvokeFlags): Promise<number> {
  const { isRaceTarget, openTarget, parseTargetName } = await import("../conform/index.ts");
  const name = parseTargetName(flags.on);
  const forMs = parseDuration("--for", flags.for);
  const tries = flags.tries === undefined ? Infinity : parseCount("--tries", flags.tries, 1);
  const seed = parseCount("--seed", flags.seed, 0);
  using target = await openTarget(name, {
    kernel: kernelImage(flags.kernel, [name]),
    isParallel: true,
    progress,
  });
  if (!isRaceTarget(target))
    throw new UsageError(
      `provoke: --on ${name}: no real kernel: trapline check explores the model`,
    );
  if (target.isShared && flags.allowHostProvoke !== true)
    throw new UsageError(
      `provoke: --on ${name}: others live on this kernel: name a guest, or add --allow-host-provoke`,
    );
  const programs = await programsOf([file]);
  const cpus = flags.cpus === undefined ? undefined : parseCount("--cpus", flags.cpus, 1);
  const fit = applicable(file, withCpus(programs, cpus), target);
  const { headerJson, provokeJson, provokeText } = await import("./provoke-text.ts");
  using trace = await traceFileOf(flags, target.name);
  if (flags.json === true) console.log(headerJson(target.name));
  let isFine = true;
  for (const item of fit) {
    const result = await provokeOne(item.program, target, { forMs, tries, seed });
    const about = { file, program: item.program, target: target.name, seed, result };
    console.log((flags.json === true ? provokeJson(about) : provokeText(about)).join("\n"));
    trace?.provoked(item, target.name, { seed, ...result });
    isFine &&= isClean(result);
  }
  return isFine ? EXIT.ok : EXIT.failed;
}

async function traceFileOf(
  { traceFile: path, json }: ProvokeFlags,
  target: string,
): Promise<TraceFile | undefined> {
  if (path === undefined) return undefined;
  const { TraceFile } = await import("./trace-file.ts");
  const form = json === true ? "json" : "text";
  return new TraceFile(path, "provoke", { form, targets: [target], designs: [] });
}

type Result = Awaited<ReturnType<typeof provokeOne>>;

function isClean({ outcomes, complaints, broken }: Result): boolean {
  return outcomes.every(({ ok }) => ok) && complaints.length === 0 && broken === undefined;
}

/** The machines of a file that the target is. A fix that the file leaves out the kernel has or has not. */
function applicable(
  file: string,
  programs: readonly FileProgram[],
  target: RaceTarget,
): readonly FileProgram[] {
  const all = programs.map((item) => ({ ...item, program: onAnyKernel(item.program) }));
  const fit = all.filter(({ program }) => target.whyNot(program) === undefined);
  if (fit.length > 0) return fit;
  const why = all.map(({ program }) => target.whyNot(program))[0];
  throw new UsageError(`${file}: not for ${target.name}: ${why ?? "it has no machine"}`);
}

/** A file names the smallest machine that its race needs in the model; more may make it likelier. */
function withCpus(
  programs: readonly FileProgram[],
  cpus: number | undefined,
): readonly FileProgram[] {
  if (cpus === undefined) return programs;
  return programs.map((item) => {
    const machine = { ...item.program.machine, cpus };
    return { ...item, program: { ...item.program, machine } };
  });
}

function onAnyKernel(program: Program): Program {
  return { ...program, withoutFixes: [] };
}

async function provokeOne(
  program: Program,
  target: RaceTarget,
  { forMs, tries, seed }: { forMs: number; tries: number; seed: number },
) {
  const { provoke } = await import("../conform/index.ts");
  const now = () => performance.now();
  const start = now();
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.once("SIGINT", stop);
  try {
    const isOver = () => stopped || now() - start >= forMs;
    const result = await provoke(program, target, { seed, tries, isOver, now });
    return { ...result, seconds: (now() - start) / 1000 };
  } finally {
    process.off("SIGINT", stop);
  }
}
