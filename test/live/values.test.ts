import { afterAll, describe, expect } from "vitest";
import type { Hit, WatchOptions } from "../../src/index.ts";
import { counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ root: true, registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const ARM = ["cpu", "task"] as const;

type Range = `${"arena" | "shared"} ${number}/${number}:${"w" | "rw"}`;

/** Watches ranges of the target's memory while it does `ops`. */
async function during(
  ops: readonly string[],
  ranges: readonly Range[],
  options: Partial<WatchOptions> = { values: true },
) {
  await using target = await Target.start(workshop.compile("values"), ops);
  const where = ranges.map((range) => {
    const [, name = "", offset, rest] = /^(\w+) (\d+)(.*)$/.exec(range) ?? [];
    return `${target.at(name, Number(offset))}${rest}`;
  });
  const watched = await watching({ target: { pids: [target.pid] }, where, ...options }, () =>
    target.run(),
  );
  return { ...watched, pid: target.pid, count: counted(watched), changes: changesOf(watched.hits) };
}

const changesOf = (hits: readonly Hit[]) =>
  hits.map((hit) => `${hit.old ?? "?"}->${hit.new ?? "?"}`);

describe.each(ARM)("armed for each %s", (arm) => {
  test("each hit has the value behind it and the one before, from the first hit on", async () => {
    const { changes, hits, report } = await during(["i8@0=1*500"], ["arena 0/8:w"], {
      values: true,
      arm,
    });
    expect(changes).toEqual(Array.from({ length: 500 }, (_, i) => `${i}->${i + 1}`));
    expect(new Set(hits.map(({ valueFrom }) => valueFrom))).toEqual(new Set(["kernel"]));
    expect(report.coverage).toMatchObject({ strategy: arm, values: "kernel", lost: 0n });
    expect(report.writers[0]?.lastValue).toBe(500n);
  });

  test("values of any width and place are those of their bytes", async () => {
    const ops = ["a1@5=200", "a2@6=65535", "a4@8=4294967295", "a1@12=1", "b8@5=0"];
    const { changes } = await during(ops, ["arena 5/1:w", "arena 6/2:w", "arena 8/4:w"], {
      values: true,
      arm,
    });
    expect(changes.slice(0, 3)).toEqual(["0->200", "0->65535", "0->4294967295"]);
    // One store of 8 bytes from 5 on touches all three, and the byte behind them.
    expect(changes.slice(3).toSorted()).toEqual(["200->0", "4294967295->0", "65535->0"]);
  });

  test("a store over two registers is one hit, with the value of the whole range", async () => {
    const ops = ["a4@6=16909060*50", "a4@6=0*50", "a1@3=9*5"];
    const watched = await during(ops, ["arena 3/8:w"], { values: true, arm });
    expect(watched.count).toEqual({ user: 105, kernel: 0, lost: 0 });
    const there = 16909060n << 24n;
    expect(watched.changes[0]).toBe(`0->${there}`);
    expect(watched.changes.slice(1, 50)).toEqual(Array(49).fill(`${there}->${there}`));
    expect(watched.changes[50]).toBe(`${there}->0`);
    expect(watched.changes.slice(100)).toEqual(["0->9", ...Array(4).fill("9->9")]);
  });

  test("a child has its own values from its first hit on, and its parent keeps its own", async () => {
    const ops = ["a8@0=5", "fi8@0=1*3", "i8@0=10", "fi8@0=1*2", "fb8@0=77", "i8@0=10"];
    const { changes, hits, pid } = await during(ops, ["arena 0/8:w"], { values: true, arm });
    const byProcess = Map.groupBy(hits, (hit) => hit.pid).values();
    expect([...byProcess].map(changesOf)).toEqual([
      ["0->5", "5->15", "15->25"],
      ["5->6", "6->7", "7->8"],
      ["15->16", "16->17"],
      ["15->77"],
    ]);
    expect(changes).toHaveLength(9);
    expect(hits[0]?.pid).toBe(pid);
  });

  test("memory that processes share has one last value for all", async () => {
    const { changes } = await during(["A8@0=5", "fI8@0=1*3", "I8@0=1"], ["shared 0/8:w"], {
      values: true,
      arm,
    });
    expect(changes).toEqual(["0->5", "5->6", "6->7", "7->8", "8->9"]);
  });
});

test("a range of more than eight bytes is one number of all of them", async () => {
  const { hits } = await during(["a8@0=1", "a8@8=2", "b8@4=0"], ["arena 0/16:w"]);
  expect(hits.map((hit) => hit.new)).toEqual([1n, 1n | (2n << 64n), 1n]);
  expect(hits.map((hit) => hit.old)).toEqual([0n, 1n, 1n | (2n << 64n)]);
});

test("what the kernel stores has values, too", async () => {
  const { changes, hits } = await during(["a8@0=258", "k8@0=0"], ["arena 0/8:w"]);
  expect(changes[0]).toBe("0->258");
  expect(changes.at(-1)).toMatch(/->0$/);
  expect(hits.at(-1)?.mode).toBe("kernel");
});

test("one thread named by its id has values", async () => {
  await using target = await Target.start(workshop.compile("values"), ["i8@0=1*40"]);
  const where = [`${target.at("arena")}/8`];
  const options = { target: { tids: [target.pid] }, where, values: true };
  const watched = await watching(options, () => target.run());
  expect(counted(watched)).toEqual({ user: 40, kernel: 0, lost: 0 });
  expect(changesOf(watched.hits).slice(0, 2)).toEqual(["0->1", "1->2"]);
});

describe("a watch of loads and stores", () => {
  const ops = ["a8@0=5*20", "l8@0=0*30"];

  test("reading the value is not counted as an access", async () => {
    const { count, changes, report } = await during(ops, ["arena 0/8:rw"]);
    expect(count).toEqual({ user: 50, kernel: 0, lost: 0 });
    expect(changes).toEqual(["0->5", ...Array(49).fill("5->5")]);
    expect(report.coverage.values).toBe("kernel");
  });

  test("without the kernel's accesses neither", async () => {
    const { count } = await during(ops, ["arena 0/8:rw"], { values: true, kernel: false });
    expect(count).toEqual({ user: 50, kernel: 0, lost: 0 });
  });

  test("where reading would fire several registers, values are left out, and that is said", async () => {
    const { count, changes, report } = await during(ops, ["arena 0/7:rw"]);
    expect(count.user).toBe(50);
    expect(changes[0]).toBe("?->?");
    const [gap] = report.coverage.gaps.filter(({ kind }) => kind === "values");
    expect(gap?.text).toMatch(/reading them would fire several registers/);
  });
});

test("without being asked values are not read", async () => {
  const { changes, report } = await during(["i8@0=1*3"], ["arena 0/8:w"], {});
  expect(changes).toEqual(Array(3).fill("?->?"));
  expect(report.coverage).toMatchObject({ values: undefined, leftOut: undefined });
});

test("two threads at once: every value that is behind one access is before another", async () => {
  await using target = await Target.start(workshop.compile("threads"), [3, 0, 4_000]);
  const options = { target: { pids: [target.pid] }, where: ["counter"], values: true };
  const watched = await watching(options, () => target.run());
  expect(counted(watched)).toEqual({ user: 12_000, kernel: 0, lost: 0 });
  const news = watched.hits.map((hit) => hit.new);
  const olds = watched.hits.map((hit) => hit.old);
  // The chain begins with what was there before and ends with the last: all between are in both.
  const sorted = (values: readonly (bigint | undefined)[]) => values.map(String).toSorted();
  expect(sorted([...olds, lastOf(olds, news)])).toEqual(sorted([olds[0], ...news]));
});

test("with threads born all the time each hit has its value, or it is said that none has", async () => {
  await using target = await Target.start(workshop.compile("churn"), [25]);
  let stores = 0;
  const options = { target: { pids: [target.pid] }, where: ["counter"], values: true };
  const watched = await watching({ ...options, arm: "task" }, async () => {
    stores = Number((await target.run()).get("stores"));
  });
  expect(counted(watched)).toEqual({ user: stores, kernel: 0, lost: 0 });
  const { values, gaps } = watched.report.coverage;
  const without = watched.hits.filter((hit) => hit.new === undefined).length;
  if (values === undefined) expect(gaps.map(({ kind }) => kind)).toContain("values");
  // A thread that inherited its event before the program was attached to it has no values.
  else expect(without).toBeLessThan(stores);
});

test("after a pause no value is taken for the old one that was before it", async () => {
  await using target = await Target.start(workshop.compile("values"), ["i8@0=1*2000000000"]);
  const where = [`${target.at("arena")}/8`];
  const options = { target: { pids: [target.pid] }, where, values: true, maxOverhead: 0.2 };
  const { hits, report } = await watching({ ...options, timeoutMs: 1_500 }, () => target.go());
  expect(report.coverage.disarmedNs).toBeGreaterThan(0n);
  const known = hits.filter((hit) => hit.old !== undefined);
  expect(known.length).toBeGreaterThan(hits.length - 200);
  expect(known.filter((hit) => hit.new !== (hit.old ?? 0n) + 1n)).toEqual([]);
});

/** The one value that is behind an access and before none. */
function lastOf(olds: readonly (bigint | undefined)[], news: readonly (bigint | undefined)[]) {
  const left = new Map<bigint | undefined, number>();
  for (const value of news) left.set(value, (left.get(value) ?? 0) + 1);
  for (const value of olds) left.set(value, (left.get(value) ?? 0) - 1);
  return [...left].find(([, count]) => count > 0)?.[0] ?? olds[0];
}
