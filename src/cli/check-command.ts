import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import type { Command } from "commander";
import type { Checked, CheckOptions } from "../check/index.ts";
import type { Progress } from "../explore/index.ts";
import { DESIGN_NAMES, type DesignName, type Program } from "../scenario/index.ts";
import type { BugRow } from "./check-bugs.ts";
import { EXIT } from "./exit-codes.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { modelledPrograms } from "./modelled-programs.ts";
import { parseChoice, parseCount, parseDuration } from "./parse.ts";
import { readScenario } from "./scenario-files.ts";
import { SearchCrew } from "./search-crew.ts";
import type { TraceFile } from "./trace-file.ts";
import { UsageError } from "./usage-error.ts";

interface CheckFlags {
  readonly design?: string;
  readonly store: string;
  readonly full?: boolean;
  readonly reduce: boolean;
  readonly symmetry: boolean;
  readonly bugs?: boolean;
  readonly states?: string;
  readonly depth?: string;
  readonly time?: string;
  readonly memory: string;
  readonly workers?: string;
  readonly shard?: string;
  readonly save?: string;
  readonly resume?: string;
  readonly json?: boolean;
  readonly traceFile?: string;
}

const STORES = ["exact", "fingerprint", "bitstate"] as const;

const AFTER_HELP = `
Each actor's statements keep their order, and barriers; everything else happens
in every order there is. What "expect" says must hold at the end of every run,
what "reach" says at the end of one, and no property of the model may be
violated.

Exit status: 0 no failure, 1 a failure was found, 2 wrong usage or a file that
cannot be checked, 3 no failure, but a bound was hit before everything was
explored.

Examples:
  trapline check scenarios/bugs/oops-2016.scn
  trapline check --design a,b,c,per-cpu,d scenarios/bugs/w2-swap-dangles.scn
  trapline check --bugs
  trapline check --json --time 60 scenarios/bugs/*.scn
`;

/** Adds `trapline check` to the program. */
export function addCheckCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("check")
    .summary("explore every interleaving of scenario files")
    .description("Explore every interleaving of scenarios on the kernel model.")
    .argument("[file...]", "scenario files")
    .option("--bugs", "explore the historical bugs, without and with their fixes")
    .option("--design <LIST>", "powerpc designs to compare: a,b,c,per-cpu,d")
    .option("--store <HOW>", `how states are kept: ${STORES.join(", ")}`, "exact")
    .option("--full", "store every state, also where there is nothing to choose")
    .option("--no-reduce", "explore also what can only lead where something else leads")
    .option("--no-symmetry", "do not take equal tasks and processors for each other")
    .option("--states <N>", "stop after so many states")
    .option("--depth <N>", "go no deeper than so many steps")
    .option("--time <DURATION>", "stop each program after so long")
    .option("--memory <MB>", "stop when states take so much, on all threads together", "2048")
    .option("--workers <N>", "threads that programs are dealt out to (default: one a processor)")
    .option("--shard <I/N>", "only the Ith of N shares of the programs, for as many machines")
    .option("--save <FILE>", "where to save a search that does not come to its end, as by Ctrl-C")
    .option("--resume <FILE>", "go on with a search that was saved")
    .option("--trace-file <FILE>", "record verdicts and counterexamples, for report and show")
    .option("--json", "print JSON lines: header, verdicts")
    .addHelpText("after", AFTER_HELP)
    .action(async (files: readonly string[], flags: CheckFlags) => {
      finish(await (flags.bugs === true ? checkAllBugs(files, flags) : checkFiles(files, flags)));
    });
}

async function checkFiles(files: readonly string[], flags: CheckFlags): Promise<number> {
  if (files.length === 0) throw new UsageError("check: a scenario file is needed, or --bugs");
  const designs = flags.design?.split(",").map((it) => parseChoice("--design", it, DESIGN_NAMES));
  const options = optionsOf(flags);
  const every: { file: string; program: Program }[] = [];
  for (const file of files) {
    const all = await modelledPrograms(file);
    const wanted = designs === undefined ? all : withDesigns(file, all, designs);
    every.push(...wanted.map((program) => ({ file, program })));
  }
  const programs = flags.shard === undefined ? every : dealtOut(every, flags.shard);

  if ((flags.save ?? flags.resume) !== undefined && programs.length > 1)
    throw new UsageError(`--save, --resume: they are for one program, not for ${programs.length}`);
  const saving = savingOf(flags);

  const { verdictOf } = await import("../check/index.ts");
  const { CheckPool } = await import("./check-pool.ts");
  const { checkHeader, checkVerdict } = await import("./check-json.ts");
  const { traceText, verdictLine } = await import("./check-text.ts");
  const { tokenOf } = await import("./check-token.ts");
  using interrupt = listenForInterrupt();
  const watch = {
    now: () => performance.now(),
    isInterrupted: () => interrupt.happened,
    ...(process.stderr.isTTY ? { onProgress: showProgress } : {}),
  };
  using trace = await traceFile(flags, designs ?? []);
  if (flags.json === true) console.log(checkHeader());
  const all: Checked[] = [];
  await using pool = new CheckPool(threadsOf(flags), { ...options, ...saving, watch });
  try {
    for await (const checked of pool.checkAll(programs)) {
      const { file, program } = checked;
      if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
      all.push(checked);
      trace?.checked({ file, text: readScenario(file), program }, checked);
      const token = tokenOf(checked);
      if (flags.json === true) console.log(checkVerdict(checked, token));
      else console.log([verdictLine(checked), ...traceText(checked, token)].join("\n"));
    }
  } catch (error) {
    resumeRefused(error);
  }
  if (flags.json !== true && designs !== undefined && designs.length > 1) {
    const { matrixText } = await import("./check-matrix.ts");
    console.log(["", ...matrixText(all, designs)].join("\n"));
  }
  return exitCode(all.map(verdictOf));
}

async function traceFile(
  { traceFile: path, json }: CheckFlags,
  designs: readonly string[],
): Promise<TraceFile | undefined> {
  if (path === undefined) return undefined;
  const { TraceFile } = await import("./trace-file.ts");
  return new TraceFile(path, "check", {
    form: json === true ? "json" : "text",
    targets: ["model"],
    designs,
  });
}

/** Where a bug is not found or a fix does not help, the table says so and the status is 1. */
async function checkAllBugs(files: readonly string[], flags: CheckFlags): Promise<number> {
  if (files.length > 0) throw new UsageError("--bugs: it takes no files, it has its own");
  const { bugFiles, bugTable, checkBugs, isAsExpected } = await import("./check-bugs.ts");
  const { checkVerdict, checkHeader } = await import("./check-json.ts");
  const options = optionsOf({ ...flags, time: flags.time ?? "10" });
  using interrupt = listenForInterrupt();
  const watch = { now: () => performance.now(), isInterrupted: () => interrupt.happened };
  const rows: BugRow[] = [];
  if (flags.json === true) console.log(checkHeader());
  for await (const row of checkBugs(await bugFiles(), threadsOf(flags), { ...options, watch })) {
    rows.push(row);
    const { was, fixed } = row;
    if (flags.json !== true) continue;
    for (const it of fixed === undefined ? [was] : [was, fixed]) console.log(checkVerdict(it));
  }
  if (flags.json !== true) console.log(bugTable(rows).join("\n"));
  return rows.every(isAsExpected) ? EXIT.ok : EXIT.failed;
}

const CLEAR_LINE = "\r\x1b[K";

function showProgress({ states, statesPerSecond, depth, queue, bytes, estimate }: Progress): void {
  const of = estimate === undefined ? "" : ` of perhaps ${estimate.toLocaleString("en")}`;
  const rate = `${Math.round(statesPerSecond).toLocaleString("en")} a second`;
  const size = `depth ${depth}, queue ${queue.toLocaleString("en")}, ${Math.round(bytes / 2 ** 20)} MB`;
  const text = `${states.toLocaleString("en")} states${of}, ${rate}, ${size}`;
  process.stderr.write(`${CLEAR_LINE}${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
}

function threadsOf({ workers }: CheckFlags): number {
  return workers === undefined ? availableParallelism() : parseCount("--workers", workers, 1);
}

function optionsOf(flags: CheckFlags): Omit<CheckOptions, "watch"> {
  const { states, depth, time } = flags;
  const threads = threadsOf(flags);
  return {
    pause: setImmediate,
    crew: threads === 1 ? undefined : (source) => new SearchCrew(threads - 1, source),
    store: parseChoice("--store", flags.store, STORES),
    fuse: flags.full !== true,
    reduceModel: flags.reduce && flags.full !== true,
    symmetry: flags.symmetry && flags.full !== true,
    limits: {
      ...(states === undefined ? {} : { states: parseCount("--states", states, 1) }),
      ...(depth === undefined ? {} : { depth: parseCount("--depth", depth, 1) }),
      ...(time === undefined ? {} : { seconds: parseDuration("--time", time) / 1000 }),
      bytes: parseCount("--memory", flags.memory, 1) * 2 ** 20,
    },
  };
}

/** A checkpoint that is of another program is the fault of whoever named it. */
function resumeRefused(error: unknown): never {
  if (error instanceof Error && error.name === "CheckpointError")
    throw new UsageError(`--resume: ${error.message}`);
  throw error;
}

/** Where an unfinished search goes, and where it comes from. */
function savingOf({ save, resume, store }: CheckFlags) {
  if ((save ?? resume) !== undefined && store !== "exact")
    throw new UsageError("--save, --resume: only with --store exact");
  return {
    ...(resume === undefined ? {} : { resume: readCheckpoint(resume) }),
    ...(save === undefined
      ? {}
      : { onUnfinished: (bytes: Uint8Array) => writeFileSync(save, bytes) }),
  };
}

function readCheckpoint(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--resume ${file}: it cannot be read: ${reason}`);
  }
}

/** The share of one machine of several: each takes every nth. */
function dealtOut<T>(all: readonly T[], shard: string): readonly T[] {
  const [, own, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(shard) ?? [];
  const [part, parts] = [Number(own), Number(of)];
  if (!(part <= parts)) throw new UsageError(`--shard ${shard}: not a share like 1/3`);
  return all.filter((_, at) => at % parts === part - 1);
}

/** Each powerpc program of a file once for each design, whichever it names itself. */
function withDesigns(
  file: string,
  programs: readonly Program[],
  designs: readonly DesignName[],
): readonly Program[] {
  const seen = new Set<string>();
  const distinct = programs.filter(({ machine, withoutFixes }) => {
    const key = `${machine.arch} ${withoutFixes.join()}`;
    const isNew = machine.arch.startsWith("powerpc") && !seen.has(key);
    seen.add(key);
    return isNew;
  });
  if (distinct.length === 0) throw new UsageError(`${file}: --design: it is for no powerpc`);
  return distinct.flatMap((program) =>
    designs.map((design) => ({ ...program, machine: { ...program.machine, design } })),
  );
}

function exitCode(verdicts: readonly string[]): number {
  if (verdicts.includes("fail")) return EXIT.failed;
  return verdicts.includes("bounded") ? EXIT.bounded : EXIT.ok;
}
