import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { captureConsole } from "./captured-console.ts";
import { run } from "./run.ts";

const { lines, errors } = captureConsole();

const OOPS = "scenarios/bugs/oops-2016.scn";

test("the Oops of 2016 is found with its call chain, and the step that lost the task", async () => {
  expect(await run(["check", OOPS])).toBe(1);
  const text = lines.join("\n");
  expect(text).toContain("FAIL    scenarios/bugs/oops-2016.scn: powerpc-dawr design a, 1 CPU");
  expect(text).toContain("tombstone-deref in 61 steps, none is shorter, 1 switch");
  expect(text).toMatch(/arch_unregister_hw_breakpoint\n.*release_bp_slot\n.*bp_perf_event_destroy/);
  expect(text).toMatch(/perf_event_exit_task_context\.tombstone .*lost here/);
  expect(text).toMatch(/_free_event\.syncIrqWork\.\.archHook .*fails/);
});

test("a verdict in JSON holds the trace, its moves and the bounds", async () => {
  expect(await run(["check", "--json", OOPS])).toBe(1);
  const [header, verdict] = lines.map((line) => JSON.parse(line));
  expect(header).toMatchObject({ kind: "header", schema: "trapline.check" });
  expect(verdict).toMatchObject({
    kind: "verdict",
    scenario: OOPS,
    design: "a",
    verdict: "fail",
    property: "tombstone-deref",
    steps: 61,
    bounds: [],
  });
  expect(verdict.moves).toHaveLength(61);
  expect(verdict.trace.at(-1)).toMatchObject({ task: "C", fn: "_free_event", label: "archHook" });
});

test("a bound that is hit before the end is said, and is exit status 3", async () => {
  expect(await run(["check", "--design", "d", "--states", "100", OOPS])).toBe(3);
  expect(lines.join("\n")).toContain("it ended at its bound of states");
  expect(lines.join("\n")).toContain("reduced by what only a whole search confirms");
});

test("a search that was stopped is saved, and goes on to the same end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trapline-check-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "search");
  const args = ["check", "--design", "d", OOPS];
  expect(await run([...args, "--states", "500", "--save", file])).toBe(3);
  expect(await run([...args, "--resume", file])).toBe(0);
  expect(await run([...args, "--no-reduce"])).toBe(0);
  const [bounded, resumed, whole] = lines.map((line) => line.replace(/[\d.]+ s;/, ""));
  expect(bounded).toContain("not reduced, to be saved");
  expect(resumed).toContain("1,411 states, 3,483 transitions");
  expect(resumed).toBe(whole?.replace(/\)$/, ", not reduced, to be saved)"));
});

/** Interrupts a check that has told its header some seconds ago. */
async function interrupted(args: readonly string[]) {
  const child = spawn(process.execPath, ["src/cli/main.ts", "check", "--json", ...args]);
  let text = "";
  let asked = 0;
  child.stdout.on("data", (data) => {
    if (text === "")
      setTimeout(() => {
        asked = performance.now();
        child.kill("SIGINT");
      }, 3000);
    text += data;
  });
  const [code] = await once(child, "exit");
  const [, ...verdicts] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { code, seconds: (performance.now() - asked) / 1000, verdicts };
}

const PROOFS = ["close-four", "migrate-four", "ioctl"].map((it) => `scenarios/proofs/${it}.scn`);

test.each([
  [["--workers", "2", ...PROOFS]],
  [["--workers", "2", "--no-reduce", "scenarios/proofs/close-four.scn"]],
])("Ctrl-C ends %j soon, with what was explored by all threads", async (args) => {
  const { code, seconds, verdicts } = await interrupted(args);
  expect(code).toBe(3);
  expect(seconds).toBeLessThan(3); // one on a machine that has nothing else to do
  expect(verdicts.length).toBeGreaterThan(0);
  for (const it of verdicts)
    expect(it).toMatchObject({ verdict: "bounded", bounds: ["interrupted"] });
});

test("programs that are dealt out to threads come in the order of the files, with the same results", async () => {
  const found: unknown[] = [];
  for (const workers of ["1", "3"]) {
    lines.length = 0;
    const args = ["--states", "1500", "--workers", workers];
    expect(await run(["check", "--json", ...args, ...PROOFS.slice(1), OOPS])).toBe(1);
    const [, ...verdicts] = lines.map((line) => JSON.parse(line));
    found.push(verdicts.map(({ seconds: _, ...rest }) => rest));
  }
  const [alone, together] = found;
  expect(together).toEqual(alone);
}, 120_000);

test("--time is for all searches of a program together, and what it ends says so", async () => {
  const start = performance.now();
  expect(await run(["check", "--json", "--time", "4", "--no-reduce", PROOFS[0] ?? ""])).toBe(3);
  // With kernel threads and without them it would take twice as long.
  expect((performance.now() - start) / 1000).toBeLessThan(7);
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ verdict: "bounded", bounds: ["seconds"] });
});

test("--memory bounds what all threads keep together: of two, each has half", async () => {
  const statesOf = async (args: readonly string[]) => {
    lines.length = 0;
    expect(await run(["check", "--json", "--full", ...args])).toBe(3);
    const [, ...verdicts] = lines.map((line) => JSON.parse(line));
    for (const it of verdicts) expect(it).toMatchObject({ verdict: "bounded", bounds: ["bytes"] });
    return verdicts.map(({ states }) => states);
  };
  const [one = "", other = ""] = PROOFS;
  const together = await statesOf(["--memory", "4", "--workers", "2", one, other]);
  const halves = await statesOf(["--memory", "2", "--workers", "1", one, other]);
  const whole = await statesOf(["--memory", "4", "--workers", "1", one, other]);
  expect(together).toEqual(halves);
  expect(whole[0]).toBeGreaterThan(halves[0]);
});

test("runs without kernel threads come first, and a failure in them is one", async () => {
  expect(await run(["check", "--states", "5000", "scenarios/bugs/z13-context-is-gone.scn"])).toBe(
    1,
  );
  expect(lines[0]).toContain("leaked-slot in 191 steps");
  expect(lines[0]).toContain("no preemption by kernel threads");
});

test("what only a statement's result shows is found in the order of the file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trapline-check-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "race.scn");
  writeFileSync(file, "arch x86\nvar x 8\ntask Q\nP: store x\nQ: store x\nP: peek-dr Q 0 -> 0\n");
  expect(await run(["check", file])).toBe(1);
  expect(lines[0]).toContain("in the order of the file, line 6: P: peek-dr Q 0 -> 0: ESRCH");
});

test("designs are compared side by side, each explored to its end", async () => {
  expect(await run(["check", "--design", "a,d", OOPS])).toBe(1);
  expect(lines.at(-2)).toMatch(/^SCENARIO +A +D$/);
  expect(lines.at(-1)).toMatch(/oops-2016\.scn powerpc-dawr +tombstone-deref, 61 +ok$/);
});

test.each([
  [["check", "--design", "z", OOPS], "--design z: not one of a, b, c, per-cpu, d"],
  [["check", "--design", "a", "scenarios/conformance/x86-h1-write.scn"], "it is for no powerpc"],
  [["check", "--states", "many", OOPS], "--states many: not a whole number"],
  [["check", "--resume", "nowhere", OOPS], "--resume nowhere: it cannot be read"],
  [["check", "--resume", OOPS, OOPS], "--resume: the checkpoint cannot be used"],
  [["check", "--save", "x", OOPS, OOPS], "they are for one program, not for 2"],
  [
    ["check", "--save", "x", "--store", "fingerprint", OOPS],
    "--save, --resume: only with --store exact",
  ],
  [["check", "nowhere.scn"], "nowhere.scn: it cannot be read"],
])("%j is wrong usage", async (args, text) => {
  expect(await run(args)).toBe(2);
  expect(errors.join("\n")).toContain(text);
});
