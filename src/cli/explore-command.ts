import type { Command } from "commander";
import { ARCH_NAMES, DESIGN_NAMES, WORD_GROUPS } from "../scenario/index.ts";
import { EXIT } from "./exit-codes.ts";
import type { HuntOptions } from "./explore-hunt.ts";
import type { ExploreFlags } from "./explore-options.ts";
import type { huntedOf } from "./explore-view.ts";
import { listenForInterrupt } from "./interrupt.ts";
import type { TraceFile } from "./trace-file.ts";

const AFTER_HELP = `
Explores every program of at most so many words, the shortest first: statements,
and what an open says beyond "open e write x". Programs that differ only by
names of tasks, events and CPUs are one. Each distinct kind of failure is told
once: the property, the kernel functions, and what the registers look like then.

Words:
${Object.entries(WORD_GROUPS)
  .map(([name, what]) => `  ${name.padEnd(9)}${what}`)
  .join("\n")}

Exit status: 0 no failure, 1 some were found, 2 wrong usage, 3 no failure, but a
bound was hit before everything was explored.

Examples:
  trapline explore --arch powerpc-dawr --design c --tasks 2 --cpus 2 --events 2
  trapline explore --arch x86 --length 6 --words access,birth,exit --out found
  trapline explore --arch arm64 --length 5 --shard 3/8 --json
`;

/** Adds `trapline explore` to the program. */
export function addExploreCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("explore")
    .summary("explore every short program, to find faults that nobody knows")
    .description("Explore every short program, in every interleaving, on the kernel model.")
    .requiredOption("--arch <NAME>", ARCH_NAMES.join(", "))
    .option("--design <NAME>", `of powerpc: ${DESIGN_NAMES.join(", ")}`)
    .option("--without <FIXES>", "leave fixes of the kernel out, as Z31,Z33")
    .option("--tasks <N>", "at most so many tasks", "2")
    .option("--cpus <N>", "at most so many CPUs", "2")
    .option("--events <N>", "at most so many events", "2")
    .option("--length <N>", "at most so many words", "4")
    .option("--words <GROUPS>", "only these groups of words, and open")
    .option("--except <GROUPS>", "not these groups of words")
    .option("--settled", "the opens and births that the first task begins with come first")
    .option("--detours", "let kernel threads preempt tasks, too")
    .option("--no-reduce", "do not try programs again, reduced, that are too large in full")
    .option("--states <N>", "stop each program after so many states", "20000")
    .option("--time <DURATION>", "stop each program after so long")
    .option("--memory <MB>", "stop each program when its states take so much", "2048")
    .option("--all-states <N>", "stop after so many states in all")
    .option("--all-time <DURATION>", "stop after so long in all")
    .option("--shard <I/N>", "one of each N programs, from the I-th on")
    .option("--out <FOLDER>", "write the smallest program of each kind there")
    .option("--trace", "show the steps of each failure")
    .option("--trace-file <FILE>", "record findings with their steps, for report and show")
    .option("--json", "print JSON lines: header, findings, summary")
    .addHelpText("after", AFTER_HELP)
    .action(async (flags: ExploreFlags) => {
      finish(await explorePrograms(flags));
    });
}

async function explorePrograms(flags: ExploreFlags): Promise<number> {
  const { huntOptionsOf } = await import("./explore-options.ts");
  const wanted = huntOptionsOf(flags);
  const { Hunt, programsByLength } = await import("./explore-hunt.ts");
  const { ExploreReport } = await import("./explore-report.ts");
  using traceFile = await traceFileOf(flags, wanted);
  const report = new ExploreReport({
    traceFile,
    json: flags.json === true,
    trace: flags.trace === true,
    out: flags.out,
    totals: programsByLength(wanted),
  });
  using interrupt = listenForInterrupt();
  const options: HuntOptions = {
    ...wanted,
    watch: { now: () => performance.now(), isInterrupted: () => interrupt.happened },
    onFinding: (finding) => report.finding(finding),
    onProgress: (hunt) => report.progress(hunt),
  };
  report.header(options);
  const hunt = new Hunt(options);
  await hunt.run();
  report.summary(hunt, options);
  if (hunt.findings.length > 0) return EXIT.failed;
  return hunt.isWhole ? EXIT.ok : EXIT.bounded;
}

async function traceFileOf(
  { traceFile: path, json, trace }: ExploreFlags,
  wanted: Parameters<typeof huntedOf>[0],
): Promise<TraceFile | undefined> {
  if (path === undefined) return undefined;
  const { TraceFile } = await import("./trace-file.ts");
  const form = json === true ? "json" : trace === true ? "trace" : "text";
  const { huntedOf } = await import("./explore-view.ts");
  return new TraceFile(path, "explore", {
    ...{ form, targets: ["model"], designs: [] },
    explore: huntedOf(wanted),
  });
}
