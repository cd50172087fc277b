import { globSync, readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { missingFixes, type RunReport, resultOf, runOnModel } from "../check/index.ts";
import { load, type Program } from "../scenario/index.ts";

// Some scenarios take 100,000 steps on each of six machines.
vi.setConfig({ testTimeout: 60_000 });

const conformance = globSync("scenarios/conformance/*.scn").sort();
const bugs = globSync("scenarios/bugs/*.scn").sort();

const reports = new Map<Program, RunReport>();

/** Each program is run once, however many tests look at it. */
function reportOf(program: Program): RunReport {
  const report = reports.get(program) ?? runOnModel(program);
  reports.set(program, report);
  return report;
}

const loadedFiles = new Map<string, readonly Program[]>();

function programsOf(file: string): readonly Program[] {
  const known = loadedFiles.get(file);
  if (known !== undefined) return known;
  const loaded = load(readFileSync(file, "utf8"));
  if (!loaded.ok) throw new Error(`${file}: ${loaded.error[0]?.message}`);
  loadedFiles.set(file, loaded.value.programs);
  return loaded.value.programs;
}

function summary(file: string): string[] {
  return programsOf(file).map((program) => {
    const { arch, design } = program.machine;
    const head = `${file.split("/").at(-1)} ${arch}${design === undefined ? "" : ` ${design}`}`;
    const missing = missingFixes(program);
    if (missing.length > 0) return `${head}: the model cannot switch ${missing.join(" ")} off`;
    const { statements, checks, violation, steps, ok } = reportOf(program);
    const wrong = statements.find((it) => !it.ok);
    const check = checks.find((it) => !it.ok);
    const why =
      violation?.property ??
      (wrong && `line ${wrong.step.at.line}: ${resultOf(wrong.step.action, wrong.seen)}`) ??
      (check && `line ${check.check.at.line}: ${check.seen}`);
    return `${head}: ${ok ? "ok" : why}, ${steps} steps`;
  });
}

test("there is a library to run", () => {
  expect(conformance.length).toBeGreaterThan(80);
  expect(bugs.length).toBeGreaterThan(30);
});

test.each(conformance)("%s: what the kernel was seen to do, the model does", (file) => {
  for (const program of programsOf(file)) {
    const { statements, checks, violation } = reportOf(program);
    expect(violation?.message).toBeUndefined();
    expect(statements.filter((it) => !it.ok)).toEqual([]);
    expect(checks.filter((it) => !it.ok)).toEqual([]);
  }
});

test("each run takes the same steps as before", async () => {
  const lines = [...conformance, ...bugs].flatMap(summary);
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("snapshots/library.txt");
});
