import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import koffi from "koffi";
import { afterAll, describe, expect } from "vitest";
import { watch } from "../../src/index.ts";
import { allOf, counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const ARM = ["cpu", "task"] as const;
const ENDLESS = 1_000_000_000;

describe.each(ARM)("armed for each %s", (arm) => {
  test("of a target that is killed all stores until then are counted", async () => {
    const progress = workshop.write(`progress-${arm}`, new Uint8Array(4096));
    await using target = await Target.start(workshop.compile("stores"), [ENDLESS, progress]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, async () => {
      target.go();
      await sleep(150);
      target.kill("SIGKILL");
      expect(await target.ended).toBe("SIGKILL");
    });
    // It may be killed between a store and the note of it.
    const noted = Number(readFileSync(progress).readBigUInt64LE());
    expect(noted).toBeGreaterThan(100);
    expect(counted(watched).user - noted).toBeOneOf([0, 1]);
    expect(watched.report.ended).toBe("targets-ended");
    expect(watched.report.coverage.lost).toBe(0n);
  });

  test("whoever takes the hits slowly gets them all, each under its name, long after the end", async () => {
    await using target = await Target.start(workshop.compile("threads"), [2, 0, 5_000]);
    using running = watch({ target: { pids: [target.pid] }, where: ["counter"], arm });
    await target.run();
    const names = new Set<string>();
    let hits = 0;
    for await (const { comm } of running) {
      names.add(comm);
      hits += 1;
      if (hits % 1_000 === 0) await sleep(120);
    }
    expect(hits).toBe(10_000);
    expect([...names]).toEqual(["threads"]);
    expect(running.report().coverage).toMatchObject({ strangers: 0n, lost: 0n });
  });

  test("a target that ends at once leaves a result that says how long was looked", async () => {
    await using target = await Target.start(workshop.compile("stores"), [0]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(0));
    const { sinceNs, untilNs, threads } = watched.report.coverage;
    expect(untilNs).toBeGreaterThan(sinceNs);
    expect(threads).toBe(1);
  });

  test("the most hits asked for are not exceeded, and the last one ends the time looked at", async () => {
    await using target = await Target.start(workshop.compile("stores"), [5_000]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm, maxHits: 1_234 };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(1_234));
    expect(watched.report.ended).toBe("max-hits");
    expect(watched.report.coverage.untilNs).toBe(watched.hits.at(-1)?.time);
  });

  test("a watch ends when its time is over, and the target goes on", async () => {
    await using target = await Target.start(workshop.compile("stores"), [100]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm, timeoutMs: 300 };
    const watched = await watching(options, () => target.work());
    expect(counted(watched)).toEqual(allOf(100));
    expect(watched.report.ended).toBe("timeout");
    const { sinceNs, untilNs } = watched.report.coverage;
    expect(untilNs - sinceNs).toBeGreaterThanOrEqual(300_000_000n);
    expect(await target.end()).toBe(0);
  });

  test("stopped while threads come and go, every count of the kernel is accounted for", async () => {
    await using target = await Target.start(workshop.compile("churn"), [2_000]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, async ({ stop }) => {
      target.go();
      await sleep(60);
      stop();
    });
    expect(counted(watched).user).toBeGreaterThan(0);
    expect(watched.report.ended).toBe("stopped");
  });

  test("a process goes on without its first thread, and so does the watch", async () => {
    await using target = await Target.start(workshop.compile("leaderless"), [400]);
    const where = [`${target.at("counter")}/8`];
    const watched = await watching({ target: { pids: [target.pid] }, where, arm }, async () => {
      await sleep(250); // long enough for the watch to find its targets dead
      await target.run();
    });
    expect(counted(watched)).toEqual(allOf(400));
    expect(watched.report.ended).toBe("targets-ended");
  });

  test("hits for which the ring has no room are lost, and every one of them is counted so", async () => {
    const stores = 20_000;
    await using target = await Target.start(workshop.compile("stores"), [stores]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm, ringBytes: 4096 };
    using running = watch(options);
    await target.work(); // nobody reads meanwhile
    running.stop();
    const { hits, coverage } = running.report();
    expect(hits).toBeGreaterThan(30);
    expect(Number(coverage.lost)).toBe(stores - hits);
    expect(coverage.gaps).toEqual([]);
  });

  test("two watches at once count the same", async () => {
    await using target = await Target.start(workshop.compile("threads"), [2, 2, 300]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const first = watching(options, () => undefined);
    const second = await watching(options, () => target.run());
    expect(counted(second)).toEqual(allOf(1_200));
    expect(counted(await first)).toEqual(allOf(1_200));
  });

  test("a loop that is left early leaves nothing armed, and the report stays", async () => {
    await using target = await Target.start(workshop.compile("stores"), [ENDLESS]);
    using running = watch({ target: { pids: [target.pid] }, where: ["counter"], arm });
    target.go();
    for await (const hit of running) if (hit.tid === target.pid) break;
    running[Symbol.dispose]();
    const { hits, writers, ended } = running.report();
    expect(ended).toBe("stopped");
    expect(hits).toBeGreaterThan(0);
    expect(writers.reduce((sum, { count }) => sum + count, 0)).toBe(hits);
    using again = watch({
      target: { pids: [target.pid] },
      where: [0, 2, 4, 6].map((offset) => `${target.at("counter", offset)}/2`),
      arm,
      maxHits: 40,
    });
    let more = 0;
    for await (const hit of again) more += hit.watch >= 0 ? 1 : 0;
    expect(more).toBe(40);
  });

  test("closed while a loop reads it, the watch ends the loop", async () => {
    await using target = await Target.start(workshop.compile("stores"), [ENDLESS]);
    const running = watch({ target: { pids: [target.pid] }, where: ["counter"], arm });
    target.go();
    const loop = (async () => {
      let seen = 0;
      for await (const hit of running) seen += hit.tid === target.pid ? 1 : 0;
      return seen;
    })();
    await sleep(100);
    running[Symbol.dispose]();
    const seen = await loop;
    expect(seen).toBeGreaterThan(0);
    expect(running.report().hits).toBeGreaterThanOrEqual(seen);
  });
});

test("this process watches itself: each store by its own script counts", async () => {
  const bytes = new BigUint64Array(8);
  const where = [`0x${koffi.address(bytes).toString(16)}/8`];
  const options = { target: { pids: [process.pid] }, where, kernel: false };
  const watched = await watching(options, ({ stop }) => {
    for (let i = 0; i < 1_000; i += 1) Atomics.store(bytes, 0, BigInt(i));
    stop();
  });
  expect(counted(watched)).toEqual(allOf(1_000));
});

describe("a target that cannot be watched is named, with what to do", () => {
  const attach = (pid: number) =>
    watching({ target: { pids: [pid] }, where: ["0x404000/8"] }, () => undefined);

  test("one that is gone", async () => {
    const target = await Target.start(workshop.compile("stores"), [0]);
    await target.run();
    await expect(attach(target.pid)).rejects.toMatchObject({
      kind: "target",
      message: `watch ${target.pid}: no such process: see ps -e for those there are`,
    });
  });

  test("one that has ended but was not waited for", async () => {
    await using target = await Target.start(workshop.compile("zombie"));
    const child = Number(target.value("child"));
    await expect(attach(child)).rejects.toMatchObject({
      kind: "target",
      message: `watch ${child}: the process has ended already (a zombie)`,
    });
  });

  test("one that has no such symbol, and what is like it", async () => {
    await using target = await Target.start(workshop.compile("stores"), [0]);
    const where = ["conter"];
    const attached = watching({ target: { pids: [target.pid] }, where }, () => undefined);
    await expect(attached).rejects.toMatchObject({
      kind: "target",
      message: expect.stringMatching(/no symbol is named conter: did you mean counter/),
    });
  });

  test("a range that does not fit, and what would", async () => {
    await using target = await Target.start(workshop.compile("stores"), [0]);
    const where = ["counter/40"];
    const attached = watching({ target: { pids: [target.pid] }, where }, () => undefined);
    await expect(attached).rejects.toMatchObject({ kind: "usage" });
    await expect(attached).rejects.toThrow(/32/);
  });
});
