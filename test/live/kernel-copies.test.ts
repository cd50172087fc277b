import { readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { allOf, counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ root: true, registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

/** Copies of the kernel go byte by byte where the processor is fast at that, else by words. */
const BYTEWISE = /\bfsrm\b/.test(readFileSync("/proc/cpuinfo", "utf8"));

async function copies(where: (target: Target) => string, kernel: boolean) {
  await using target = await Target.start(workshop.compile("pokes"), ["k8@0*5", "w8@0*7"]);
  const options = { target: { pids: [target.pid] }, where: [where(target)], kernel };
  return await watching(options, () => target.run());
}

test("read(2) of 8 bytes into the range counts in kernel mode, a trap for each of its copies", async () => {
  const watched = await copies((target) => `${target.at("arena")}/8`, true);
  expect(counted(watched)).toEqual({ user: 7, kernel: BYTEWISE ? 40 : 5, lost: 0 });
  const [kernel] = watched.report.writers.filter(({ mode }) => mode === "kernel");
  expect(kernel?.frame.kind).toBe("kernel");
  expect(kernel?.frame.symbol).toMatch(/\w/);
});

test("of a copy over an odd range only the bytes inside count", async () => {
  const watched = await copies((target) => `${target.at("arena", 3)}/4`, true);
  expect(counted(watched)).toEqual({ user: 7, kernel: BYTEWISE ? 20 : 5, lost: 0 });
});

test("without the kernel's accesses only the program's own count, and the result says so", async () => {
  const watched = await copies((target) => `${target.at("arena")}/8`, false);
  expect(counted(watched)).toEqual(allOf(7));
  expect(watched.report.coverage.kernelMode).toBe(false);
  expect(watched.report.coverage.gaps.map(({ kind }) => kind)).toContain("kernel-mode");
});
