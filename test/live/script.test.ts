import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect } from "vitest";
import { allOf, counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 1 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const SCRIPT = join(import.meta.dirname, "targets/rows.mjs");
const FLAGS = ["--perf-basic-prof", "--interpreted-frames-native-stack"];
const TIMES = 300;

/** The line, from 1, on which `text` stands in the script. */
function lineOf(text: string): number {
  const lines = readFileSync(SCRIPT, "utf8").split("\n");
  return lines.findIndex((line) => line.startsWith(text)) + 1;
}

describe.each(["cpu", "task"] as const)("armed for each %s", (arm) => {
  test("a store by JavaScript is named by its function, file and line, and its thread", async () => {
    const cwd = workshop.folder; // V8 leaves a log where it runs
    await using target = await Target.start(process.execPath, [...FLAGS, SCRIPT], { cwd });
    using map = new DisposableStack();
    map.defer(() => rmSync(`/tmp/perf-${target.pid}.map`, { force: true }));
    const options = { target: { pids: [target.pid] }, where: [`${target.at("total")}/8`], arm };
    const watched = await watching(options, async () => {
      await target.work();
      await sleep(200); // its map is read while it lives
      await target.end();
    });
    expect(counted(watched)).toEqual(allOf(TIMES));
    const frames = watched.report.writers.map(({ frame }) => frame);
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) {
      expect(frame).toMatchObject({
        kind: "jit",
        symbol: "fillRow",
        line: lineOf("function fill"),
      });
      expect(frame.file).toMatch(/rows\.mjs$/);
    }
    expect(new Set(watched.hits.map(({ comm }) => comm))).toEqual(new Set(["WorkerThread"]));
  });
});
