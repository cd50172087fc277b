import { readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { allOf, counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ root: true, registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

/** Copies of the kernel trap at each byte where the processor is fast at that, else at each word. */
const BYTEWISE = /\bfsrm\b/.test(readFileSync("/proc/cpuinfo", "utf8"));

async function copies(
  where: (target: Target) => string,
  kernel: boolean,
  more: { stack?: boolean; repeats?: boolean } = {},
) {
  await using target = await Target.start(workshop.compile("pokes"), ["k8@0*5", "w8@0*7"]);
  const options = { target: { pids: [target.pid] }, where: [where(target)], kernel, ...more };
  return await watching(options, () => target.run());
}

test("read(2) of 8 bytes into the range is one access in kernel mode, however often it traps", async () => {
  const watched = await copies((target) => `${target.at("arena")}/8`, true);
  expect(counted(watched)).toEqual({ user: 7, kernel: 5, lost: 0 });
  expect(watched.report.traps).toBe(7 + (BYTEWISE ? 40 : 5));
  const [kernel, ...others] = watched.report.writers.filter(({ mode }) => mode === "kernel");
  expect(others).toEqual([]);
  expect(kernel).toMatchObject({ count: 5, syscall: "read", frame: { kind: "kernel" } });
  expect(kernel?.frame.symbol).toMatch(/\w/);
  if (BYTEWISE) expect(kernel?.culprit?.instruction?.text).toMatch(/^rep (movs|stos)/);
});

test("with its stack it is the program's function that made the system call", async () => {
  const watched = await copies((target) => `${target.at("arena")}/8`, true, { stack: true });
  const hits = watched.hits.filter(({ mode }) => mode === "kernel");
  for (const { stack = [], stackCut } of hits) {
    const user = stack.filter(({ kind }) => kind === "elf").map(({ symbol }) => symbol);
    expect(user[0]).toMatch(/read$/);
    expect(user).toContain("main");
    expect(stackCut).toBeUndefined();
  }
  expect(hits.length).toBe(5);
});

test("of a copy over an odd range only the bytes inside count", async () => {
  const watched = await copies((target) => `${target.at("arena", 3)}/4`, true);
  expect(counted(watched)).toEqual({ user: 7, kernel: 5, lost: 0 });
  expect(watched.report.traps).toBe(7 + (BYTEWISE ? 20 : 5));
});

test("without the kernel's accesses only the program's own count, and the result says so", async () => {
  const watched = await copies((target) => `${target.at("arena")}/8`, false);
  expect(counted(watched)).toEqual(allOf(7));
  expect(watched.report.coverage.kernelMode).toBe(false);
  expect(watched.report.coverage.gaps.map(({ kind }) => kind)).toContain("kernel-mode");
});
