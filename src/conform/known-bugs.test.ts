import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { load } from "../scenario/index.ts";
import { compareReports } from "./compare.ts";
import { bugBehind, KNOWN_BUGS } from "./known-bugs.ts";
import { runOnModel } from "./model-run.ts";

test.each(KNOWN_BUGS)(
  "$id: the model shows it as the kernel is, and not as it is intended",
  ({ scenario, violation }) => {
    const [path = ""] = globSync(`scenarios/{conformance,findings}/${scenario}`);
    const loaded = load(readFileSync(path, "utf8"));
    const [program] = loaded.ok ? loaded.value.programs : [];
    if (program === undefined) throw new Error("no program");
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

test("each has a report for those who keep the kernel", () => {
  const texts = globSync("docs/findings/*.md");
  expect(texts.length).toBeGreaterThan(3);
  const all = texts.map((path) => readFileSync(path, "utf8")).join("\n");
  expect(KNOWN_BUGS.filter(({ scenario }) => !all.includes(scenario))).toEqual([]);
});

function programOf(text: string) {
  const loaded = load(text);
  const [program] = loaded.ok ? loaded.value.programs : [];
  if (program === undefined) throw new Error("no program");
  return program;
}

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
