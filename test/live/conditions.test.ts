import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect } from "vitest";
import type { Hit, WatchOptions } from "../../src/index.ts";
import { statusOf } from "../../src/linux/index.ts";
import { counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ root: true, registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const ARM = ["cpu", "task"] as const;
const NOTHING = {
  expected: 0n,
  condition: 0n,
  unchanged: 0n,
  rate: 0n,
  ignored: 0n,
  every: 0n,
};

/** Watches the start of the arena, or these ranges of it, while the target does `ops`. */
async function during(
  ops: readonly string[],
  options: Partial<WatchOptions>,
  ranges: readonly string[] = ["0/8:w"],
) {
  await using target = await Target.start(workshop.compile("values"), ops);
  const where = ranges.map((range) => {
    const [, offset, rest] = /^(\d+)(.*)$/.exec(range) ?? [];
    return `${target.at("arena", Number(offset))}${rest}`;
  });
  const told = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === "string" ? value.replaceAll("PID", String(target.pid)) : value,
  ]);
  const all = { target: { pids: [target.pid] }, where, ...Object.fromEntries(told) };
  const watched = await watching(all, () => target.run());
  const { coverage } = watched.report;
  return { ...watched, coverage, count: counted(watched), symbols: symbolsOf(watched.hits) };
}

function symbolsOf(hits: readonly Hit[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(hits, ({ frame }) => frame.symbol ?? "?");
  return Object.fromEntries([...groups].map(([name, them]) => [name, them.length]));
}

describe.each(ARM)("armed for each %s, decided in the trap", (arm) => {
  test.each([
    ["value >= 90", 11],
    ["value % 2 == 0 && value < 50", 24],
    ["old == 41", 1],
    ["value == old + 1", 100],
    ["value != old + 1", 0],
    ["value - old < 0", 0],
    ["tid == PID", 100],
    ["pid == PID && tid != PID", 0],
    ['comm == "values"', 100],
    ['comm != "values"', 0],
    ["cpu >= 0 && cpu < 4096", 100],
    ["kernel", 0],
    ["!kernel && ip in counter_up", 100],
    ["ip in writer_a || ip in writer_b", 0],
    ["value & 0xf == 7", 6],
    ["value * 0x100000001 >> 32 == 100", 1],
  ])("%s keeps %i of 100", async (condition, kept) => {
    const { count, coverage } = await during(["i8@0=1*100"], { condition, arm });
    expect(count).toEqual({ user: kept, kernel: 0, lost: 0 });
    expect(coverage).toMatchObject({ decidedIn: "kernel", strategy: arm });
    expect(coverage.leftOut).toEqual({ ...NOTHING, condition: BigInt(100 - kept) });
  });

  test("a function that is known to write is left out, and any other is told", async () => {
    const ops = ["a8@0=1*30", "b8@0=2*20", "i8@0=1*10"];
    const { symbols, coverage } = await during(ops, {
      unlessFrom: ["writer_a", "counter_up"],
      arm,
    });
    expect(symbols).toEqual({ writer_b: 20 });
    expect(coverage.leftOut).toEqual({ ...NOTHING, expected: 40n });
  });

  test("changes leaves out stores of the value that is there, and they are counted", async () => {
    const ops = ["a8@0=1*30", "b8@0=1*20", "b8@0=2*5", "a1@1=1*3"];
    const { symbols, coverage, hits } = await during(ops, { changes: true, arm });
    expect(symbols).toEqual({ writer_a: 2, writer_b: 1 });
    expect(hits.map((hit) => `${hit.old}->${hit.new}`)).toEqual(["0->1", "1->2", "2->258"]);
    expect(coverage.leftOut).toEqual({ ...NOTHING, unchanged: 55n });
  });

  test("without changes a writer of an equal value is listed like any other", async () => {
    const { symbols } = await during(["a8@0=1*3", "b8@0=1*20"], { values: true, arm });
    expect(symbols).toEqual({ writer_a: 3, writer_b: 20 });
  });

  test("by the name of a thread", async () => {
    const ops = ["i8@0=1*10", "ti8@0=1*20", "i8@0=1*5"];
    const { count, hits } = await during(ops, { condition: 'comm == "worker"', arm });
    expect(count.user).toBe(20);
    expect(new Set(hits.map(({ comm }) => comm))).toEqual(new Set(["worker"]));
  });

  test("a child's old value is its own from its first hit on, and decides", async () => {
    const ops = ["i8@0=1*10", "fi8@0=1*3", "i8@0=1*1", "fb8@0=10", "b8@0=11"];
    const condition = "old == 10";
    const { hits, coverage } = await during(ops, { condition, arm });
    expect(hits.map((hit) => `${hit.old}->${hit.new}`)).toEqual(["10->11", "10->11"]);
    expect(new Set(hits.map(({ pid }) => pid)).size).toBe(2);
    expect(coverage.leftOut?.condition).toBe(14n);
  });

  test("a store over two registers is decided about once", async () => {
    const ops = ["a4@6=5*40", "a4@6=6*40"];
    const of = ["3/8:w"];
    const { count, coverage } = await during(ops, { condition: "value >> 24 == 6", arm }, of);
    expect(count).toEqual({ user: 40, kernel: 0, lost: 0 });
    expect(coverage.leftOut).toEqual({ ...NOTHING, condition: 40n });
    const changes = await during(ops, { changes: true, arm }, of);
    expect(changes.count.user).toBe(2);
    expect(changes.coverage.leftOut?.unchanged).toBe(78n);
  });

  test("each of several watches is asked for its own value", async () => {
    const ops = ["a8@0=5*10", "a4@8=5*20", "a1@12=6*30", "a1@13=5*40"];
    const ranges = ["0/8:w", "8/4:w", "12/1:w"];
    const { hits, coverage } = await during(ops, { condition: "value == 5", arm }, ranges);
    expect([0, 1, 2].map((i) => hits.filter(({ watch }) => watch === i).length)).toEqual([10, 20, 0]); // biome-ignore format: counts
    expect(coverage.leftOut?.condition).toBe(30n);
  });
});

test("the kernel's accesses are told apart", async () => {
  const ops = ["a8@0=1*10", "k8@0=0*3"];
  const kernel = 3;
  expect((await during(ops, { condition: "kernel" })).count).toEqual({ user: 0, kernel, lost: 0 });
  expect((await during(ops, { condition: "!kernel" })).count.user).toBe(10);
});

test("every hit is kept or counted, at 200,000 of them by four threads", async () => {
  await using target = await Target.start(workshop.compile("threads"), [4, 0, 50_000]);
  const options = {
    target: { pids: [target.pid] },
    where: ["counter"],
    condition: "value % 10 == 3",
  };
  const watched = await watching(options, () => target.run());
  const { user, lost } = counted(watched);
  const left = Number(watched.report.coverage.leftOut?.condition);
  expect(user + lost + left).toBe(200_000);
  // Between a store and its trap another thread may store: only then is the value another's.
  expect(user).toBeGreaterThan(15_000);
  expect(watched.hits.every((hit) => (hit.new ?? 0n) % 10n === 3n)).toBe(true);
});

describe("some of the hits that are wanted", () => {
  const ops = ["i8@0=1*100"];

  test("ignore leaves out the first", async () => {
    const { hits, coverage } = await during(ops, { ignore: 30, values: true });
    expect(hits.map((hit) => hit.new)).toEqual(
      Array.from({ length: 70 }, (_, i) => BigInt(i + 31)),
    );
    expect(coverage.leftOut).toEqual({ ...NOTHING, ignored: 30n });
  });

  test("every keeps one in so many, after those that are ignored", async () => {
    const options = { every: 7, ignore: 2, condition: "value % 2 == 0" };
    const { hits, coverage } = await during(ops, options);
    expect(hits.map((hit) => hit.new)).toEqual([6n, 20n, 34n, 48n, 62n, 76n, 90n]);
    expect(coverage.leftOut).toEqual({ ...NOTHING, condition: 50n, ignored: 2n, every: 41n });
  });

  test.each(ARM)("max-rate keeps so many a second, armed for each %s", async (arm) => {
    const { count, coverage } = await during(["i8@0=1*400"], { maxRate: 20, arm });
    expect(count.user).toBeGreaterThanOrEqual(20);
    expect(count.user).toBeLessThanOrEqual(40);
    expect(coverage.leftOut).toEqual({ ...NOTHING, rate: BigInt(400 - count.user) });
  });

  test("max-overhead disarms for a while, and says for how long", async () => {
    await using target = await Target.start(workshop.compile("stores"), [2_000_000_000]);
    const options = {
      target: { pids: [target.pid] },
      where: ["counter"],
      maxOverhead: 0.05,
      timeoutMs: 2_000,
    };
    const { hits, report } = await watching(options, () => target.go());
    target.kill("SIGKILL");
    const { disarmedNs, sinceNs, untilNs, gaps } = report.coverage;
    const disarmed = Number(disarmedNs) / Number(untilNs - sinceNs);
    expect(disarmed).toBeGreaterThan(0.6);
    expect(disarmed).toBeLessThan(1);
    expect(hits.length).toBeGreaterThan(100);
    const [gap] = gaps.filter(({ kind }) => kind === "disarmed");
    expect(gap?.text).toMatch(/% of the time .* in \d+ pauses, to keep within the overhead/);
  });
});

describe("stop", () => {
  test("stops the process in the trap: nothing of it runs after the access", async () => {
    await using target = await Target.start(workshop.compile("values"), ["i8@0=1*100000"]);
    const options = {
      target: { pids: [target.pid] },
      where: [`${target.at("arena")}/8`],
      condition: "value == 777",
      stop: true,
    };
    const { hits, report } = await watching(options, () => target.go());
    expect(report.ended).toBe("target-stopped");
    expect(hits).toMatchObject([{ old: 776n, new: 777n }]);
    expect(report.coverage.stopped).toEqual({ pid: target.pid, by: "kernel", lateNs: 0n });
    expect(statusOf(target.pid)?.state).toBe("T");
    expect(memoryOf(target)).toBe(777n);
    target.kill("SIGCONT");
    await target.line();
    expect(memoryOf(target)).toBe(100_000n);
  });

  test("a stranger that runs into the register is not stopped", async () => {
    const path = workshop.compile("values");
    await using target = await Target.start(path, ["i8@0=1*10"]);
    await using twin = await Target.start(path, ["i8@0=1*10"]);
    const where = [`${target.at("arena")}/8`];
    const options = { target: { pids: [target.pid] }, where, stop: true, values: true };
    const { report } = await watching(options, async () => {
      await twin.run();
      target.go();
    });
    expect(report.coverage.stopped?.pid).toBe(target.pid);
    expect(statusOf(target.pid)?.state).toBe("T");
  });

  test("after ignored hits the process is stopped from outside, and how late is said", async () => {
    await using target = await Target.start(workshop.compile("values"), ["i8@0=1*50000000"]);
    const where = [`${target.at("arena")}/8`];
    const options = { target: { pids: [target.pid] }, where, stop: true, ignore: 5 };
    const { report } = await watching(options, () => target.go());
    expect(report.coverage.stopped).toMatchObject({ pid: target.pid, by: "user" });
    expect(report.coverage.stopped?.lateNs).toBeGreaterThan(0n);
    // A signal from outside takes effect when the process next comes by the kernel.
    await expect.poll(() => statusOf(target.pid)?.state).toBe("T");
  });
});

function memoryOf(target: Target): bigint {
  const file = `/proc/${target.pid}/mem`;
  const bytes = Buffer.alloc(8);
  const fd = openSync(file, "r");
  try {
    readSync(fd, bytes, 0, 8, target.value("arena"));
    return bytes.readBigUInt64LE();
  } finally {
    closeSync(fd);
  }
}

describe("a condition that cannot be fitted to the watch says where", () => {
  test.each([
    [{ condition: "value == " }, /--if 'value == ': column 10: the end: expected value, old/],
    [{ condition: "ip in no_such" }, /column 7: .*no symbol is named no_such/],
    [{ condition: "ip in writer_x" }, /did you mean writer_b, writer_a\?/],
    [{ unlessFrom: ["writer_x"] }, /--unless-from writer_x: .*no symbol is named writer_x/],
    [{ every: 0 }, /every 0: not 1 or more/],
    [{ maxOverhead: 2 }, /not a share above 0 and up to 1/],
  ])("%j", async (options, message) => {
    await expect(during([], options)).rejects.toThrow(message);
  });

  test("a range of sixteen bytes is no number", async () => {
    const attach = during([], { condition: "tid > 0 && value > 3" }, ["0/16:w"]);
    await expect(attach).rejects.toThrow(/column 12: .* has 16 bytes: a number has at most 8/);
  });
});

test("hits of a stranger are strangers', and never among those that a condition left out", async () => {
  const path = workshop.compile("values");
  await using target = await Target.start(path, ["i8@0=1*300"]);
  await using twin = await Target.start(path, ["i8@0=1*500"]);
  const where = [`${target.at("arena")}/8`];
  const options = { target: { pids: [target.pid] }, where, condition: "value <= 100" };
  const { report, hits } = await watching(options, async () => {
    await twin.run();
    await target.run();
  });
  expect(hits).toHaveLength(100);
  expect(report.coverage.strangers).toBe(500n);
  expect(report.coverage.leftOut?.condition).toBe(200n);
});

test("after an exec a function that is named in a condition is looked up again", async () => {
  const next = workshop.compile("stores");
  await using target = await Target.start(workshop.compile("exec"), [100, 250, next]);
  const where = [`${target.at("counter")}/8`];
  const condition = "ip in store";
  const options = { target: { pids: [target.pid] }, where, condition, kernel: false };
  const { hits, report } = await watching(options, async () => {
    target.go();
    await target.line(); // of the next program, which stores elsewhere
    await sleep(200);
    await target.end();
  });
  expect(hits).toHaveLength(100);
  const [gap] = report.coverage.gaps.filter(({ kind }) => kind === "exec");
  expect(gap?.text).toMatch(/for it, too, store means where that was in the program before/);
});

test("an execute watch has conditions on all but values", async () => {
  await using target = await Target.start(workshop.compile("values"), ["a8@0=1*30", "ta8@0=1*20"]);
  const base = { target: { pids: [target.pid] }, where: ["writer_a:x"] };
  await expect(watching({ ...base, condition: "value == 1" }, () => undefined)).rejects.toThrow(
    "writer_a is watched for execution: that has no value",
  );
  const condition = 'comm == "worker" && ip in writer_a';
  const watched = await watching({ ...base, condition }, () => target.run());
  expect(counted(watched)).toEqual({ user: 20, kernel: 0, lost: 0 });
  expect(watched.report.coverage.leftOut?.condition).toBe(30n);
});

test("of every process the condition chooses", async () => {
  await using target = await Target.start(workshop.compile("values"), ["i8@0=1*50"]);
  const where = [`${target.at("arena")}/8`];
  const condition = `pid == ${target.pid} && value % 2 == 1`;
  const watched = await watching(
    { target: { allCpus: true }, where, condition },
    async ({ stop }) => {
      await target.run();
      stop();
    },
  );
  expect(counted(watched).user).toBe(25);
  expect(new Set(watched.hits.map(({ pid }) => pid))).toEqual(new Set([target.pid]));
});
