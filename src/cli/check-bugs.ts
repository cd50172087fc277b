import { globSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { type Checked, type CheckOptions, verdictOf } from "../check/index.ts";
import type { Program } from "../scenario/index.ts";
import { CheckPool } from "./check-pool.ts";
import { modelledPrograms } from "./modelled-programs.ts";
import { programsOf } from "./scenario-files.ts";
import { textTable } from "./text-table.ts";
import { UsageError } from "./usage-error.ts";

const BUGS = fileURLToPath(new URL("../../scenarios/bugs/", import.meta.url));

/** A historical bug: what comes of its scenario as it was, and with the fix. */
export interface BugRow {
  readonly name: string;
  readonly program: Program;
  readonly was: Checked;
  /** Undefined where Linux has no fix. */
  readonly fixed: Checked | undefined;
}

/** The table is of what is found, so a shortest way to it need not be found at any price. */
const SHORTENING = { mostShortening: { states: 100_000, seconds: 2 } } as const;

/** The scenarios of all bugs that the model can have. */
export async function bugFiles(): Promise<readonly string[]> {
  const { missingFixes } = await import("../check/index.ts");
  const names = globSync("*.scn", { cwd: BUGS }).sort();
  if (names.length === 0) throw new UsageError(`--bugs: there are no scenarios in ${BUGS}`);
  const files = names.map((name) => `${BUGS}${name}`);
  const isModelled = await Promise.all(
    files.map(async (file) =>
      (await programsOf([file])).every(({ program }) => missingFixes(program).length === 0),
    ),
  );
  return files.filter((_, at) => isModelled[at]);
}

/** Each program of the scenarios without its fix, and with it. `options` hold for each exploration. */
export async function* checkBugs(
  files: readonly string[],
  threads: number,
  options: CheckOptions,
): AsyncGenerator<BugRow, void, undefined> {
  const asked: { file: string; program: Program; fix: Program | undefined }[] = [];
  for (const path of files) {
    const file = basename(path, ".scn");
    for (const program of await modelledPrograms(path))
      asked.push({ file, program, fix: withFix(program) });
  }
  const programs = asked.flatMap(({ file, program, fix }) =>
    [program, fix].flatMap((it) => (it === undefined ? [] : [{ file, program: it }])),
  );
  await using pool = new CheckPool(threads, { ...options, ...SHORTENING });
  const results = pool.checkAll(programs);
  for (const { file: name, program, fix } of asked) {
    const was = (await results.next()).value;
    const fixed = fix && (await results.next()).value;
    // Whoever interrupts it gets what was found until then.
    if (was === undefined || (fix && fixed === undefined)) return;
    yield { name, program, was, fixed: fixed ?? undefined };
  }
}

/**
 * Today's kernel; where the design itself was at fault, with the one that is right. Undefined for what
 * is wrong in today's kernel.
 */
function withFix(program: Program): Program | undefined {
  const { machine, withoutFixes } = program;
  if (withoutFixes.length === 0 && machine.design === undefined) return undefined;
  const isOfDesign = withoutFixes.length === 0 || machine.design === "a";
  const fixed = isOfDesign ? { ...machine, design: "d" as const } : machine;
  return { ...program, withoutFixes: [], machine: fixed };
}

/** Whether the failure was found, and whether it is proven that none is left with the fix. */
export function isAsExpected({ was, fixed }: BugRow): boolean {
  return verdictOf(was) === "fail" && (fixed === undefined || verdictOf(fixed) === "ok");
}

export function bugTable(rows: readonly BugRow[]): readonly string[] {
  const left = { align: "left" } as const;
  const right = { align: "right" } as const;
  const columns = [
    { title: "BUG", ...left },
    { title: "MACHINE", ...left },
    { title: "FOUND", ...left },
    { title: "STEPS", ...right },
    { title: "STATES", ...right },
    { title: "SECONDS", ...right },
    { title: "WITH THE FIX", ...left },
  ] as const;
  return textTable(columns, rows.map(cells));
}

function cells({ name, program, was, fixed }: BugRow): string[] {
  const { arch, design, cpus } = program.machine;
  const machine = `${arch}${design === undefined ? "" : ` ${design}`}, ${cpus} CPU`;
  const { result } = was.calm?.counterexample === undefined ? was : { result: was.calm };
  const found = was.result.counterexample;
  return [
    name,
    machine,
    found?.property ?? (was.inFileOrder === undefined ? "not found" : "another result"),
    found === undefined ? "" : String(found.moves.length),
    result.states.toLocaleString("en"),
    result.seconds.toFixed(2),
    fixedText(fixed),
  ];
}

function fixedText(it: Checked | undefined): string {
  if (it === undefined) return "not fixed";
  const { states, counterexample, bounds } = it.result;
  const count = `${states.toLocaleString("en")} states`;
  const verdict = verdictOf(it);
  if (verdict === "ok") return `clean, ${count}`;
  if (verdict === "bounded") return `no failure in ${count}, then ${bounds.join(", ")}`;
  return counterexample?.property ?? it.inFileOrder ?? `never ${it.result.unreached.join(", ")}`;
}
