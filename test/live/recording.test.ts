import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect } from "vitest";
import { readRecording } from "../../src/recording/index.ts";
import { MAIN } from "./cli.ts";
import { Cli, MANY_HITS, requires, Target, Workshop } from "./harness.ts";

const test = requires({ root: true, registers: 1 });
const workshop = new Workshop();
const folder = mkdtempSync(join(tmpdir(), "trapline-recording-"));
afterAll(() => {
  workshop[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

function trapline(...args: string[]): { status: number | null; output: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  return { status, output: stdout, errors: stderr };
}

describe("report prints, byte for byte, what the watch printed", () => {
  for (const [form, ...args] of [
    ["table"],
    ["log", "--log"],
    ["json", "--json"],
    ["table-stacks", "-g"],
    ["log-stacks", "--log", "-g"],
    ["json-stacks", "--json", "-g"],
    ["fields", "-F", "count,code,value"],
  ]) {
    test(`as ${form}`, async () => {
      const file = join(folder, `${form}.trap`);
      await using target = await Target.start(workshop.compile("threads"), [2, 1, 300]);
      await using cli = Cli.watch([
        ...["-p", target.pid, "counter", "--values", "--color=never", "-o", file],
        ...args,
      ]);
      if (form?.startsWith("json")) await cli.armed();
      else await cli.announced();
      await target.run();
      const { status, output } = await cli.ended;
      expect(status).toBe(0);
      const report = trapline("report", "--color=never", file);
      expect(report).toMatchObject({ status: 0, errors: "" });
      expect(report.output).toBe(`${output.join("\n")}\n`);
    });
  }
});

test("a recording holds the life of threads, and every hit that there was", async () => {
  const file = join(folder, "threads.trap");
  await using target = await Target.start(workshop.compile("threads"), [2, 1, 300]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "-o", file]);
  await cli.announced();
  await target.run();
  await cli.ended;
  const { hits, lives, summary, damage, header } = readRecording(readFileSync(file));
  expect(damage).toEqual([]);
  expect(hits.length).toBe(summary?.hits);
  expect(hits.length).toBeGreaterThan(0);
  expect(header?.watch?.spots).toMatchObject([{ name: "counter", length: 8, mode: "w" }]);
  expect(lives.filter(({ what }) => what === "exit").length).toBeGreaterThanOrEqual(2);
  for (let at = 1; at < hits.length; at += 1) {
    expect(hits.time(at) >= hits.time(at - 1)).toBe(true);
  }
});

describe("--switch-events: each hit was made while its thread was on that processor", () => {
  for (const arm of ["cpu", "task"]) {
    test(`armed by ${arm}`, async () => {
      const file = join(folder, `switches-${arm}.trap`);
      await using target = await Target.start(workshop.compile("threads"), [3, 1, 300]);
      const args = ["-p", target.pid, "counter", "--switch-events", "--arm", arm, "-o", file];
      await using cli = Cli.watch(args);
      await cli.announced();
      await target.run();
      await cli.ended;
      const { hits, threads, switches, damage } = readRecording(readFileSync(file));
      expect(damage).toEqual([]);
      expect(switches.length).toBeGreaterThan(3);
      expect(hits.length).toBeGreaterThan(0);
      const wrong: string[] = [];
      let seen = 0;
      for (let at = 0; at < hits.length; at += 1) {
        const tid = threads[hits.threads[at] ?? -1]?.tid;
        const last = switches.findLast((it) => it.tid === tid && it.time < hits.time(at));
        if (last === undefined) continue; // it was there before
        seen += 1;
        if (!last.on || last.cpu !== hits.cpus[at]) wrong.push(`hit ${at} of ${tid}`);
      }
      expect(wrong).toEqual([]);
      expect(seen).toBeGreaterThan(hits.length / 2);
    });
  }
});

test("a watch that is killed leaves all but the last moments, and report says what is missing", async () => {
  const file = join(folder, "killed.trap");
  await using target = await Target.start(workshop.compile("stores"), [20_000]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "-o", file]);
  await cli.announced();
  await target.work();
  await sleep(1_000); // the frame is written within a quarter of a second
  cli.signal("SIGKILL");
  await cli.ended;
  expect(await target.end()).toBe(0);
  const { hits, damage } = readRecording(readFileSync(file));
  expect(hits.length).toBe(20_000);
  expect(damage.map(({ kind }) => kind)).toEqual(["unfinished"]);
  const { status, output } = trapline("report", file);
  expect(status).toBe(0);
  expect(output).toContain("20,000 hits");
  expect(output).toContain("not covered: the recording: it has no summary");
});

test("Ctrl-C ends a recording whole, and a second one at once keeps what there is", async () => {
  for (const times of [1, 2]) {
    const file = join(folder, `interrupted-${times}.trap`);
    await using target = await Target.start(workshop.compile("stores"), [5_000]);
    await using cli = Cli.watch(["-p", target.pid, "counter", "-o", file]);
    await cli.announced();
    await target.work();
    for (let time = 0; time < times; time += 1) cli.signal("SIGINT");
    await cli.ended;
    const { hits, damage } = readRecording(readFileSync(file));
    if (times === 1) expect(damage).toEqual([]);
    if (damage.length === 0) expect(hits.length).toBe(5_000);
    else {
      // Two signals may come before either is acted on: then it leaves with what is in the file.
      expect(damage.map(({ kind }) => kind)).toEqual(["unfinished"]);
      expect(hits.length).toBeLessThanOrEqual(5_000);
    }
  }
});

test("a full disk ends the watch with one line, and leaves the target alone", async () => {
  await using target = await Target.start(workshop.compile("stores"), [200_000]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "-o", "/dev/full"]);
  await cli.announced();
  await target.work();
  const { status, errors } = await cli.ended;
  expect(status).toBe(1);
  expect(errors).toMatch(/^trapline: -o \/dev\/full: ENOSPC.*: the recording ends early: .*$/m);
  expect(await target.end()).toBe(0);
});

test("a file that cannot be written is told before anything is armed", async () => {
  await using target = await Target.start(workshop.compile("stores"), [1]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "-o", "/nowhere/it.trap"]);
  const { status, errors } = await cli.ended;
  expect(status).toBe(2);
  expect(errors).toMatch(/^trapline: -o \/nowhere\/it\.trap: it cannot be written: ENOENT[^\n]*$/);
});

test("hits with values and old values take less than 24 bytes each, and none is missing", async () => {
  const file = join(folder, "many.trap");
  await using target = await Target.start(workshop.compile("stores"), [MANY_HITS]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "--values", "-o", file]);
  await cli.announced();
  await target.run();
  await cli.ended;
  expect(statSync(file).size).toBeLessThan(24 * MANY_HITS);
  const { hits, summary, losses } = readRecording(readFileSync(file));
  const lost = losses.reduce((sum, { count }) => sum + count, 0n);
  expect(hits.length).toBe(summary?.hits);
  expect(BigInt(hits.length) + lost).toBe(BigInt(MANY_HITS));
  expect(hits.newValue(hits.length - 1)).toBeDefined();
}, 180_000);
