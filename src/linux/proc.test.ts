import { spawn } from "node:child_process";
import { once } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allProcesses,
  childrenOf,
  cmdlineOf,
  commOf,
  environOf,
  hasEnded,
  isMapped,
  onlineCpus,
  parseCpuList,
  statusOf,
  sysctl,
  threadsOf,
} from "./proc.ts";

/** More than any kernel gives: nobody has this number. */
const NO_PID = 2 ** 30;

describe("sets of CPUs", () => {
  test.each([
    ["0\n", [0]],
    ["0-3\n", [0, 1, 2, 3]],
    ["0-1,3,6-7\n", [0, 1, 3, 6, 7]],
    ["63-64", [63, 64]],
    ["\n", []],
  ])("%j", (text, cpus) => {
    expect(parseCpuList(text)).toEqual(cpus);
  });

  test("any set is read back as it was written", () => {
    const sets = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 40 });
    fc.assert(
      fc.property(sets, (set) => {
        const cpus = set.toSorted((a, b) => a - b);
        const starts = cpus.filter((cpu) => !cpus.includes(cpu - 1));
        const ends = cpus.filter((cpu) => !cpus.includes(cpu + 1));
        const runs = starts.map((first, i) =>
          first === ends[i] ? `${first}` : `${first}-${ends[i]}`,
        );
        expect(parseCpuList(`${runs.join(",")}\n`)).toEqual(cpus);
      }),
    );
  });

  test("this computer has at least the CPU that runs this", () => {
    expect(onlineCpus().length).toBeGreaterThan(0);
  });
});

describe("this process, as /proc tells it", () => {
  test("its status", () => {
    expect(statusOf("self")).toMatchObject({
      pid: process.pid,
      ppid: process.ppid,
      uid: process.geteuid?.(),
      tracer: 0,
      state: expect.stringMatching(/^[RS]$/),
    });
    expect(statusOf(process.pid)).toMatchObject({ pid: process.pid });
  });

  test("the status of a thread names its process", () => {
    const [, thread] = threadsOf(process.pid) ?? [];
    expect(thread).toBeDefined();
    expect(statusOf(thread ?? 0)?.pid).toBe(process.pid);
  });

  test("its command line and environment", () => {
    expect(cmdlineOf(process.pid)[0]).toMatch(/node/);
    expect(environOf(process.pid).some((entry) => entry.startsWith("PATH="))).toBe(true);
  });

  test("it is among all processes, and its threads begin with itself", () => {
    expect(allProcesses()).toContain(process.pid);
    expect(threadsOf(process.pid)).toContain(process.pid);
  });

  test("a mapped address and one that never is", () => {
    expect(isMapped(process.pid, 0n)).toBe(false);
    expect(isMapped(process.pid, 0xffff_ffff_ffff_f000n)).toBe(false);
  });
});

test("a child is listed while it lives, and gone once it was waited for", async () => {
  const child = spawn("/bin/sh", ["-c", "read -r line"], { stdio: ["pipe", "ignore", "ignore"] });
  const pid = child.pid ?? 0;
  expect(childrenOf(process.pid)).toContain(pid);
  expect(commOf(pid)).toBe("sh");
  expect(statusOf(pid)?.ppid).toBe(process.pid);
  expect(hasEnded(pid)).toBe(false);
  const ended = once(child, "exit");
  child.stdin.end();
  await ended;
  expect(statusOf(pid)).toBeUndefined();
  expect(hasEnded(pid)).toBe(true);
});

test("a child that nobody waited for has ended, though it is still listed", async () => {
  // The shell's child ends; what the shell has become does not know of it.
  const parent = spawn("/bin/sh", ["-c", "true & exec sleep 100"], { stdio: "ignore" });
  const pid = parent.pid ?? 0;
  await expect.poll(() => childrenOf(pid).map((it) => statusOf(it)?.state)).toEqual(["Z"]);
  expect(childrenOf(pid).map(hasEnded)).toEqual([true]);
  expect(hasEnded(pid)).toBe(false);
  parent.kill("SIGKILL");
});

test("of a process that is not there nothing is told, and nothing is thrown", () => {
  expect(statusOf(NO_PID)).toBeUndefined();
  expect(threadsOf(NO_PID)).toBeUndefined();
  expect(commOf(NO_PID)).toBeUndefined();
  expect(isMapped(NO_PID, 0n)).toBeUndefined();
  expect(cmdlineOf(NO_PID)).toEqual([]);
  expect(environOf(NO_PID)).toEqual([]);
  expect(childrenOf(NO_PID)).toEqual([]);
});

test("settings are numbers where they are, and undefined where the kernel has none", () => {
  expect(sysctl("kernel.pid_max")).toBeGreaterThan(300);
  expect(sysctl("kernel.no_such_setting")).toBeUndefined();
});
