import { expect, test } from "vitest";
import type { RecordedCoverage, RecordedSpot } from "../recording/index.ts";
import { coverageLines, headline } from "./coverage-text.ts";

const spot: RecordedSpot = {
  ...{ name: "counter", address: 0x404100n, length: 8, mode: "w", registers: 1 },
};

const whole: RecordedCoverage = {
  strategy: "cpu",
  why: undefined,
  sinceNs: 1_000_000_000n,
  untilNs: 3_500_000_000n,
  cpus: [0, 1],
  processes: 1,
  threads: 3,
  threadsBorn: 0,
  childrenBorn: 0,
  execs: 0,
  kernelMode: true,
  lost: 0n,
  strangers: 0n,
  selfTest: "fired",
  decidedIn: undefined,
  leftOut: undefined,
  values: undefined,
  disarmedNs: 0n,
  stopped: undefined,
  gaps: [],
};

test("a result without hits says how long was looked, at what and whom", () => {
  const none = { hits: 0, traps: 0, writesLeftOut: 0, writers: [] };
  const report = { ...none, coverage: whole, ended: "timeout" as const };
  expect(headline(report, [spot])).toBe("0 hits in 2.500 s on counter (0x404100/8:w)");
  expect(coverageLines(whole)).toEqual([
    "covered: 1 process, 3 threads, on CPU 0, 1",
    "armed: registers of each CPU; a test trap fired; accesses by the kernel are counted",
    "lost: none",
  ]);
});

test("what was born, lost, left out and not covered is all said", () => {
  const coverage: RecordedCoverage = {
    ...whole,
    strategy: "task",
    why: "arming each CPU needs CAP_PERFMON",
    threadsBorn: 5,
    childrenBorn: 1,
    execs: 2,
    kernelMode: false,
    lost: 1_234n,
    strangers: 7n,
    selfTest: "no register free",
    gaps: [{ kind: "kernel-mode", text: "accesses by the kernel, as by read(2): not counted" }],
  };
  expect(coverageLines(coverage)).toEqual([
    "covered: 1 process, 3 threads, 5 threads born, 1 child forked, 2 execs, on CPU 0, 1",
    "armed: registers of each thread (arming each CPU needs CAP_PERFMON); no register for a test trap; user mode only",
    "lost: 1,234 hits: enlarge the ring with --ring",
    "left out: 7 hits by other processes at the same address",
    "not covered: accesses by the kernel, as by read(2): not counted",
  ]);
});

test("what was left out as asked is said by flag, with where that was decided", () => {
  const leftOut = {
    expected: 5n,
    condition: 12_345n,
    unchanged: 0n,
    rate: 0n,
    ignored: 3n,
    every: 0n,
  };
  expect(coverageLines({ ...whole, leftOut, decidedIn: "kernel" })).toContain(
    "left out as asked: 12,345 by --if, 5 by --unless-from, 3 by --ignore; conditions were decided in the trap, by eBPF",
  );
  const none = { ...leftOut, condition: 0n, expected: 0n, ignored: 0n };
  expect(coverageLines({ ...whole, leftOut: none, decidedIn: "user" })).toContain(
    "left out as asked: nothing; conditions were decided afterwards, without eBPF",
  );
});

test("a process that was stopped is named, with how late and what to type", () => {
  const stopped = { pid: 12, by: "kernel", lateNs: 0n } as const;
  expect(coverageLines({ ...whole, stopped })).toContain(
    "stopped: process 12, in the trap: attach with gdb -p 12, or go on with kill -CONT 12",
  );
  expect(
    coverageLines({ ...whole, stopped: { ...stopped, by: "user", lateNs: 21_600_000n } }),
  ).toContain(
    "stopped: process 12, 21.6 ms after it: attach with gdb -p 12, or go on with kill -CONT 12",
  );
});
