import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect } from "vitest";
import { allOf, counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const ARM = ["cpu", "task"] as const;

/** How many hits each process made, the most first. */
function perProcess(hits: readonly { readonly pid: number }[]): readonly number[] {
  const groups = Map.groupBy(hits, ({ pid }) => pid).values();
  return [...groups.map((group) => group.length)].sort((a, b) => b - a);
}

/** Leaves the next program alive until its symbols have been looked up. */
async function runSlowly(target: Target) {
  await target.work();
  await sleep(200);
  await target.end();
}

describe.each(ARM)("armed for each %s", (arm) => {
  test("stores of children and grandchildren count", async () => {
    await using target = await Target.start(workshop.compile("forks"), [5, 200]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(11 * 200));
    expect(perProcess(watched.hits)).toEqual(Array(11).fill(200));
    expect(watched.report.coverage.childrenBorn).toBe(10);
    expect(watched.report.writers).toHaveLength(1);
    expect(watched.report.writers[0]?.processes).toBe(11);
  });

  test("without children only the process itself counts, and the result says so", async () => {
    await using target = await Target.start(workshop.compile("forks"), [5, 200]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm, children: false };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(200));
    expect(watched.report.coverage.gaps).toContainEqual(
      expect.objectContaining({ kind: "children" }),
    );
  });

  test("600 children that end almost at once", async () => {
    await using target = await Target.start(workshop.compile("forks"), [300, 3]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(601 * 3));
  });

  test("a symbol at the same place in the next program counts on over the exec", async () => {
    const path = workshop.compile("exec");
    await using target = await Target.start(path, [100, 250, path]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm, kernel: false };
    const watched = await watching(options, () => runSlowly(target));
    expect(counted(watched)).toEqual(allOf(350));
    expect(watched.report.coverage.execs).toBe(1);
    expect(watched.report.coverage.gaps.filter(({ kind }) => kind === "exec")).toEqual([]);
  });

  test("an exec by another than the first thread counts on, too", async () => {
    const path = workshop.compile("exec");
    await using target = await Target.start(path, [100, 250, path, "thread"]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm, kernel: false };
    const watched = await watching(options, () => runSlowly(target));
    expect(counted(watched)).toEqual(allOf(350));
    expect(watched.report.coverage.execs).toBe(1);
  });

  test("a symbol that moved with the exec is not counted there, and that is said", async () => {
    const next = workshop.compile("exec", "-DPADDING=8192");
    await using target = await Target.start(workshop.compile("exec"), [100, 250, next]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm, kernel: false };
    const watched = await watching(options, () => runSlowly(target));
    expect(counted(watched)).toEqual(allOf(100));
    const [gap] = watched.report.coverage.gaps.filter(({ kind }) => kind === "exec");
    expect(gap?.text).toMatch(/counter is at 0x[0-9a-f]+ in it, and is not watched there/);
  });

  test("a program that ends before its symbols are read is left out, and that is said", async () => {
    const path = workshop.compile("exec");
    await using target = await Target.start(path, [100, 250, path]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm, kernel: false };
    const watched = await watching(options, async () => {
      target.go();
      await target.end();
    });
    // fixme: its file could be read instead, and then it would be 350 without a gap.
    expect(counted(watched)).toEqual(allOf(100));
    const [gap] = watched.report.coverage.gaps.filter(({ kind }) => kind === "exec");
    expect(gap?.text).toMatch(
      /ended before counter was looked up in it: its accesses are left out/,
    );
  });

  test("an address counts on over the exec, whatever is there then", async () => {
    const path = workshop.compile("exec");
    const countOver = async (next: string) => {
      await using target = await Target.start(path, [100, 250, next]);
      const where = [`${target.at("counter")}/8`];
      const options = { target: { pids: [target.pid] }, where, arm, kernel: false };
      return counted(await watching(options, () => target.run()));
    };
    expect(await countOver(path)).toEqual(allOf(350));
    expect(await countOver(workshop.compile("exec", "-DPADDING=8192"))).toEqual(allOf(100));
  });

  test("two processes with a symbol at different places count each at its own", async () => {
    const path = workshop.compile("stores", "-pie");
    await using one = await Target.start(path, [100]);
    await using two = await Target.start(path, [200]);
    expect(one.value("counter")).not.toBe(two.value("counter"));
    const options = { target: { pids: [one.pid, two.pid] }, where: ["counter"], arm };
    const watched = await watching(options, () => Promise.all([one.run(), two.run()]));
    expect(counted(watched)).toEqual(allOf(300));
    expect(perProcess(watched.hits)).toEqual([200, 100]);
    expect(watched.report.writers.map(({ count }) => count)).toEqual([200, 100]);
  });
});

test("another process that stores to the same address is left out, and counted as a stranger", async () => {
  const path = workshop.compile("stores");
  await using target = await Target.start(path, [300]);
  await using twin = await Target.start(path, [500]);
  expect(twin.value("counter")).toBe(target.value("counter"));
  const options = { target: { pids: [target.pid] }, where: ["counter"], arm: "cpu" } as const;
  const watched = await watching(options, async () => {
    await twin.run();
    await target.run();
  });
  expect(counted(watched)).toEqual(allOf(300));
  expect(watched.report.coverage.strangers).toBe(500n);
});

test("every process is watched where all are asked for", async () => {
  const path = workshop.compile("stores");
  await using one = await Target.start(path, [30]);
  await using two = await Target.start(path, [50]);
  const where = [`${one.at("counter")}/8`];
  const watched = await watching({ target: { allCpus: true }, where }, async ({ stop }) => {
    await Promise.all([one.run(), two.run()]);
    stop();
  });
  const ours = watched.hits.filter(({ pid }) => pid === one.pid || pid === two.pid);
  expect(perProcess(ours.filter(({ mode }) => mode === "user"))).toEqual([50, 30]);
  expect(watched.report.coverage).toMatchObject({ strategy: "cpu", processes: 0, strangers: 0n });
});

test("children from before the watch are left out, and their numbers are given", async () => {
  await using target = await Target.start(workshop.compile("zombie"));
  const watched = await watching(
    { target: { pids: [target.pid] }, where: ["0x404000/8"] },
    async () => {
      target.go();
      await target.end();
    },
  );
  const [gap] = watched.report.coverage.gaps.filter(({ kind }) => kind === "existing-children");
  expect(gap?.text).toContain(`process ${target.value("child")}`);
});
