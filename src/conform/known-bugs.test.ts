import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runOnModel } from "../check/index.ts";
import { load, type Program } from "../scenario/index.ts";
import { compareReports } from "./compare.ts";
import { bugBehind, KNOWN_BUGS } from "./known-bugs.ts";

function programOf(text: string): Program {
  const loaded = load(text);
  const [program] = loaded.ok ? loaded.value.programs : [];
  if (program === undefined) throw new Error("no program");
  return program;
}

function programIn(scenario: string): Program {
  const [path = ""] = globSync(`scenarios/{conformance,findings,bugs}/${scenario}`);
  return programOf(readFileSync(path, "utf8"));
}

test.each(KNOWN_BUGS)(
  "$id: the model shows it as the kernel is, and not as it is intended",
  ({ scenario, violation }) => {
    const program = programIn(scenario);
    const asIs = runOnModel(program);
    const asIntended = runOnModel(program, { asIntended: true });
    if (program.never.length === 0) expect(asIs.ok).toBe(true);
    else expect(asIs.violation?.property).toBe(violation);
    expect(asIntended.violation).toBeUndefined();
    const differences = compareReports(asIs, asIntended, { strictly: true });
    // What a kernel says only once is in the log, and no difference.
    expect(differences.length + asIs.log.length).toBeGreaterThan(0);
    expect(asIntended.log).toEqual([]);
  },
);

test("a kernel from before a mistake has not got it", () => {
  const recent = KNOWN_BUGS.filter(({ since }) => since !== undefined);
  expect(recent.length).toBeGreaterThan(0);
  for (const { scenario, since = [0, 0] } of recent) {
    const program = programIn(scenario);
    const [major, minor] = since;
    const older: Program = {
      ...program,
      machine: { ...program.machine, release: [major, minor - 1] },
    };
    const seen = compareReports(runOnModel(older), runOnModel(program, { asIntended: true }));
    expect(seen).toEqual([]);
  }
});

test("each has a report for those who keep the kernel", () => {
  const texts = globSync("docs/findings/*.md");
  expect(texts.length).toBeGreaterThan(3);
  const all = texts.map((path) => readFileSync(path, "utf8")).join("\n");
  expect(KNOWN_BUGS.filter(({ scenario }) => !all.includes(scenario))).toEqual([]);
});

test("what an older kernel does wrong is explained by the fix that it lacks", () => {
  const text = "arch arm64\nvar x 16\nP: open e write x+6 len 4\nP: store x+8\n";
  expect(bugBehind(programOf(text))).toBeUndefined();
  const older = { ...programOf(text), withoutFixes: ["Z39", "Z26"] };
  expect(bugBehind(older)).toMatchObject({ id: "Z26" });
});

test("a bug of one architecture explains what goes wrong there", () => {
  const text = "P: open e rw y len 8\nP: open f rw y+1 len 1\nP: load y size 8\n";
  expect(bugBehind(programOf(`arch arm64\nvar y 8\n${text}`))).toMatchObject({
    id: "overlap-beside-address",
  });
  expect(bugBehind(programOf(`arch x86\nvar y 8\n${text}`))).toBeUndefined();
});
