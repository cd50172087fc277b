// Changes one statement of the kernel model at a time, and asks whether the properties find it out in
// the small scenarios of the library: how much a proof is worth depends on what would have broken it.
//
//   node bench/mutants.ts [--most 100]
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const KERNEL = new URL("../src/kernel/", import.meta.url);
const AT_A_TIME = 2;
const MOST_STATES = 20_000;
const MOST_SECONDS = 900;
/** What is left to others: how the model is run and shown, and what has been fixed long ago. */
const LEFT_OUT =
  /test|reduce\/|symmetry\/|designs\/(last-hit|on-cpu)|explorable|describe|observe|leaks|end-state|fixes|random|kunit|linear-slots|index|boot|sequential|program|records|historic/;

const WRITES = /^\s+[\w.]+\.(set|add|remove|clear|copy)\(.*\);$/;
const CALLS =
  /^\s+(k\.unlock|putCtx|uncloneCtx|eventSchedOut|listDelEvent|removeFromContext|disarm|arm|forget|rearm\w*|ctxSched\w+|detachFromGroup|perfEventWakeup|queue\w+|perfEventDisable\w*|sendSignal\w*|noteDue|addEventToCtx|cancel)\(.*\);$/;

interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

interface Verdict {
  readonly killedBy: string | undefined;
  /** The scenarios in which the model as it is has no failure; only of the model as it is. */
  readonly clean: readonly string[];
}

const { values } = parseArgs({
  options: {
    most: { type: "string", default: "100" },
    one: { type: "string" },
    on: { type: "string" },
  },
});

if (values.one === undefined) await tryAll();
else console.log(JSON.stringify(await tryOne(Number(values.one), values.on?.split(",") ?? [])));

async function tryAll(): Promise<void> {
  const mutants = chosen(Number(values.most));
  const { clean } = await inOwnProcess(-1, []);
  console.log(`${mutants.length} mutants, ${clean.length} scenarios that are clean without them`);
  const survivors: Mutant[] = [];
  const left = mutants.map((mutant, index) => ({ mutant, index }));
  const work = async () => {
    for (let it = left.shift(); it !== undefined; it = left.shift()) {
      const { killedBy } = await inOwnProcess(it.index, clean);
      if (killedBy === undefined) survivors.push(it.mutant);
      console.log(
        `${killedBy === undefined ? "SURVIVES" : "killed"} ${textOf(it.mutant)} ${killedBy ?? ""}`,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const killed = mutants.length - survivors.length;
  console.log(
    `${killed} of ${mutants.length} killed, ${((100 * killed) / mutants.length).toFixed(0)} %`,
  );
  for (const it of survivors) console.log(`survivor: ${textOf(it)}`);
  process.exitCode = killed >= 0.8 * mutants.length ? 0 : 1;
}

async function inOwnProcess(index: number, clean: readonly string[]): Promise<Verdict> {
  const args = [import.meta.filename, "--most", values.most, `--one=${index}`];
  if (clean.length > 0) args.push("--on", clean.join(","));
  try {
    const options = { timeout: MOST_SECONDS * 1000, maxBuffer: 1 << 24 };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    return JSON.parse(stdout) as Verdict;
  } catch {
    return { killedBy: "it does not end, or breaks", clean: [] };
  }
}

/** Every so many-th of all changes there are, so that all files have their share. */
function chosen(most: number): Mutant[] {
  const all = globSync("**/*.ts", { cwd: fileURLToPath(KERNEL) })
    .filter((file) => !LEFT_OUT.test(file))
    .sort()
    .flatMap(mutantsIn);
  const step = Math.max(1, all.length / most);
  return Array.from(
    { length: Math.min(most, all.length) },
    (_, at) => all[Math.floor(at * step)],
  ).filter((it) => it !== undefined);
}

function mutantsIn(file: string): Mutant[] {
  const lines = readFileSync(new URL(file, KERNEL), "utf8").split("\n");
  return lines.flatMap((before, line) => {
    const after = changed(before);
    return after === undefined || before.includes("lacks(") ? [] : [{ file, line, before, after }];
  });
}

/** One change to a statement: it is left out, or its condition turned round. */
function changed(line: string): string | undefined {
  if (WRITES.test(line) || CALLS.test(line)) return line.replace(/\S.*/, ";");
  if (!/^\s+if \(/.test(line)) return undefined;
  if (line.includes(" === ")) return line.replace(" === ", " !== ");
  if (line.includes(" !== ")) return line.replace(" !== ", " === ");
  if (line.includes(" > 0")) return line.replace(" > 0", " > 1");
  return undefined;
}

async function tryOne(index: number, clean: readonly string[]): Promise<Verdict> {
  const mutant = chosen(Number(values.most))[index];
  if (mutant !== undefined) apply(mutant);
  const { explorableProgram, missingFixes } = await import("../src/check/index.ts");
  const { explore } = await import("../src/explore/index.ts");
  const { load } = await import("../src/scenario/index.ts");
  const found: string[] = [];
  const files = globSync("scenarios/{conformance,bugs,proofs}/*.scn").sort();
  for (const file of files) {
    const loaded = load(readFileSync(file, "utf8"));
    if (!loaded.ok) continue;
    for (const [at, program] of loaded.value.programs.entries()) {
      const name = `${file}:${at}`;
      if (clean.length > 0 ? !clean.includes(name) : missingFixes(program).length > 0) continue;
      const design = program.machine.arch.startsWith("powerpc") ? ("d" as const) : undefined;
      const fixed = { ...program, withoutFixes: [], machine: { ...program.machine, design } };
      try {
        const model = explorableProgram(fixed, name, { detours: false });
        const { verdict, counterexample } = explore(model, {
          order: "depth",
          store: "fingerprint",
          limits: { states: MOST_STATES },
        });
        if (verdict === "ok") found.push(name);
        else if (clean.length > 0 && counterexample !== undefined)
          return { killedBy: `${counterexample.property} in ${name}`, clean: [] };
      } catch (error) {
        if (clean.length > 0)
          return { killedBy: `assertion: ${String(error)} in ${name}`, clean: [] };
      }
    }
  }
  return { killedBy: undefined, clean: found };
}

/** From here on the file is read with the change in it. */
function apply({ file, line, after }: Mutant): void {
  const url = new URL(file, KERNEL).href;
  registerHooks({
    load(it, context, nextLoad) {
      const loaded = nextLoad(it, context);
      if (it !== url) return loaded;
      const lines = readFileSync(fileURLToPath(it), "utf8").split("\n");
      lines[line] = after;
      return { ...loaded, source: lines.join("\n") };
    },
  });
}

function textOf({ file, line, before, after }: Mutant): string {
  return `${file}:${line + 1}: ${before.trim()} → ${after.trim()}`;
}
