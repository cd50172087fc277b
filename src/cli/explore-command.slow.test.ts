import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { captureConsole } from "./captured-console.ts";
import { run } from "./run.ts";

const { lines, errors } = captureConsole();

const C = ["explore", "--arch", "powerpc-dawr", "--design", "c", "--cpus", "1", "--events", "1"];
const DISABLED = [...C, "--words", "access,birth,ioctl", "--length", "4"];

test("a trap that is nobody's is found when the event is disabled from outside in the window", async () => {
  expect(await run(DISABLED)).toBe(1);
  const text = lines.join("\n");
  expect(text).toMatch(/^1\. unexplained-sigtrap: .* \(length 4, 1 CPU; \d+ steps, 2 switches\)$/m);
  expect(text).toContain(
    "   | P: open e write x\n   | P: fork C\n   | C: disable e\n   | P: store x\n",
  );
  expect(text).toMatch(
    /^1 kind of failure found in programs of at most 2 tasks, 1 CPU, 1 event: /m,
  );
  expect(text).not.toContain("2. ");
});

test("the program of a finding is a scenario that fails the same way when it is checked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trapline-explore-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(await run([...DISABLED, "--out", folder])).toBe(1);
  expect(readdirSync(folder)).toEqual(["unexplained-sigtrap-1.scn"]);
  const file = join(folder, "unexplained-sigtrap-1.scn");
  expect(readFileSync(file, "utf8")).toContain("never unexplained-sigtrap\n");
  lines.length = 0;
  expect(await run(["check", "--json", file])).toBe(1);
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ property: "unexplained-sigtrap" });
  expect(await run(["check", "--design", "d", file])).toBe(0);
});

test("no failure found stands with what was explored, and how much of it there is", async () => {
  const args = ["explore", "--arch", "x86", "--length", "2", "--shard", "2/3", "--json"];
  expect(await run(args)).toBe(0);
  const [header, summary] = lines.map((line) => JSON.parse(line));
  expect(header).toMatchObject({ schema: "trapline.explore", arch: "x86", tasks: 2, length: 2 });
  expect(summary).toMatchObject({ kind: "summary", findings: 0, cut: 0, shard: "2/3" });
  expect(summary.programs).toEqual([
    { length: 1, tried: 0, total: 1 },
    { length: 2, tried: 9, total: 26 },
  ]);
});

test("the shards together are the whole", async () => {
  const tried: number[] = [];
  for (const shard of ["1/3", "2/3", "3/3", "1/1"]) {
    await run([...C, "--words", "access,birth", "--length", "3", "--shard", shard, "--json"]);
    const { programs } = JSON.parse(lines.at(-1) ?? "");
    tried.push(programs.reduce((sum: number, it: { tried: number }) => sum + it.tried, 0));
  }
  const [first = 0, second = 0, third = 0, whole] = tried;
  expect(first + second + third).toBe(whole);
});

test("a bound that is hit is said, and is exit status 3", async () => {
  const args = ["explore", "--arch", "x86", "--words", "access,birth", "--length", "3"];
  expect(await run([...args, "--states", "50"])).toBe(3);
  expect(lines.join("\n")).toMatch(/^Bounds: \d+ programs ended at the bound of states; /m);
  lines.length = 0;
  expect(await run([...args, "--all-states", "500"])).toBe(3);
  expect(lines.join("\n")).toContain("all of it ended by the bound of states in all");
});

test("programs that are too large in full come to their end reduced, and that is said", async () => {
  const args = ["explore", "--arch", "x86", "--words", "access,birth", "--length", "3"];
  const bounded = async (...more: string[]) => {
    lines.length = 0;
    expect(await run([...args, "--states", "200", ...more])).toBe(3);
    const counts =
      /(\d+) programs ended at .* states;(?: (\d+) programs came to an end only reduced)?/;
    const [, states, reduced = 0] = counts.exec(lines.join("\n")) ?? [];
    return { states: Number(states), reduced: Number(reduced) };
  };
  const full = await bounded("--no-reduce");
  const { states, reduced } = await bounded();
  expect(full.reduced).toBe(0);
  expect(reduced).toBeGreaterThan(0);
  expect(states + reduced).toBe(full.states);
});

test("nobody need think of the program that made the Oops of 2016", async () => {
  const args = ["--arch", "powerpc-dabr", "--design", "a", "--cpus", "1", "--events", "1"];
  expect(await run(["explore", ...args, "--words", "birth,exit", "--length", "4"])).toBe(1);
  const text = lines.join("\n");
  expect(text).toMatch(/bp_perf_event_destroy\n.*\n.*\n.*\n +perf_event_exit_task_context\n/);
  expect(text).toContain("   | P: open e write x inherit\n   | P: fork C\n   | C: exit\n");
});

test.each([
  [["explore", "--arch", "mips"], "--arch mips: not one of x86,"],
  [["explore", "--arch", "x86", "--design", "c"], "--design c: it is for powerpc, not for x86"],
  [
    ["explore", "--arch", "x86", "--words", "walk"],
    "--words walk: no such words: there are access",
  ],
  [["explore", "--arch", "x86", "--shard", "4/3"], "--shard 4/3: not a part such as 2/8"],
  [["explore", "--arch", "x86", "--tasks", "9"], "--tasks 9: more than can be explored: at most 4"],
  [["explore", "--arch", "x86", "--without", "Z99"], "--without Z99: "],
  [["explore"], "required option '--arch <NAME>' not specified"],
])("%j is wrong usage", async (args, text) => {
  expect(await run(args)).toBe(2);
  expect(errors.join("\n")).toContain(text);
});
