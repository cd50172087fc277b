import { globSync, readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { explorableProgram } from "../check/index.ts";
import { certify, explore } from "../explore/index.ts";
import { load, type Program } from "../scenario/index.ts";

vi.setConfig({ testTimeout: 120_000 });

const findings = globSync("scenarios/findings/*.scn").sort();
const STATES = 300_000;

function programsOf(file: string): readonly Program[] {
  const loaded = load(readFileSync(file, "utf8"));
  if (!loaded.ok) throw new Error(`${file}: ${loaded.error[0]?.message}`);
  return loaded.value.programs;
}

/** As `check` goes about it: first without preemption by kernel threads, then all runs. */
function explored(program: Program, file: string) {
  const options = { store: "fingerprint", fuse: true, limits: { states: STATES } } as const;
  const calm = explore(explorableProgram(program, file, { detours: false }), options);
  return calm.verdict === "fail" ? calm : explore(explorableProgram(program, file), options);
}

const machineOf = ({ machine: { arch, design } }: Program) => `${arch} ${design ?? ""}`.trim();

test("there are more than ten, and each is written down", () => {
  expect(findings.length).toBeGreaterThan(10);
  const text = readFileSync("docs/findings.md", "utf8");
  const names = findings.map((file) => file.split("/").at(-1) ?? "");
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
});

test.each(findings)("%s fails as it says, on each machine that it names", (file) => {
  for (const program of programsOf(file)) {
    const { counterexample } = explored(program, file);
    const expected = program.never.length > 0 ? program.never : ["expectation"];
    expect([machineOf(program), counterexample?.property]).toEqual([
      machineOf(program),
      expected[0],
    ]);
    const again = explorableProgram(program, file);
    if (counterexample !== undefined) expect(certify(again, counterexample)).toBeDefined();
  }
});

const isOfDesign = (program: Program) => program.machine.design !== undefined;

test.each(findings)("%s: what is the design's fault design d does not do", (file) => {
  const programs = programsOf(file);
  const [first] = programs.filter(isOfDesign);
  // What the part above the architecture does wrong, it does with any design.
  if (first === undefined || programs.some(({ machine }) => machine.design === "d")) return;
  const d: Program = { ...first, machine: { ...first.machine, design: "d" } };
  const { verdict, bounds } = explored(d, file);
  expect([verdict, bounds]).toEqual(["ok", []]);
});
