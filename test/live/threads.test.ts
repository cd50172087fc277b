import { afterAll, describe, expect } from "vitest";
import { allOf, counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const ARM = ["cpu", "task"] as const;

describe.each(ARM)("armed for each %s", (arm) => {
  test("threads from before and after the attach count alike", async () => {
    await using target = await Target.start(workshop.compile("threads"), [3, 4, 1_000]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(7_000));
    const perThread = Map.groupBy(watched.hits, ({ tid }) => tid);
    expect([...perThread.values()].map((hits) => hits.length)).toEqual(Array(7).fill(1_000));
    expect(watched.report.writers[0]).toMatchObject({ threads: 7, processes: 1 });
    expect(watched.report.coverage).toMatchObject({ threads: 4, threadsBorn: 4 });
  });

  test("200 threads", async () => {
    await using target = await Target.start(workshop.compile("threads"), [100, 100, 50]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(10_000));
    expect(watched.report.coverage).toMatchObject({ threads: 101, threadsBorn: 100 });
  });

  test("four watches of threads that are born all the time", async () => {
    await using target = await Target.start(workshop.compile("threads"), [2, 60, 20]);
    const where = [0, 2, 4, 6].map((offset) => `${target.at("counter", offset)}/2`);
    const options = { target: { pids: [target.pid] }, where, arm };
    const { hits } = await watching(options, () => target.run());
    const byWatch = Map.groupBy(hits, ({ watch }) => watch);
    expect([0, 1, 2, 3].map((i) => byWatch.get(i)?.length)).toEqual(Array(4).fill(62 * 20));
  });

  test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    "threads born while it attaches: all that store are counted, time %i",
    async () => {
      await using target = await Target.start(workshop.compile("churn"), [25]);
      let stores = 0n;
      const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
      const watched = await watching(options, async () => {
        stores = (await target.run()).get("stores") ?? 0n;
      });
      expect(counted(watched)).toEqual(allOf(Number(stores)));
      expect(stores).toBeGreaterThan(1_000n);
    },
  );
});

test("one thread named by its id counts alone", async () => {
  await using target = await Target.start(workshop.compile("threads"), [3, 2, 400]);
  const tid = Number(target.value("first"));
  const watched = await watching({ target: { tids: [tid] }, where: ["counter"] }, async () => {
    await target.run();
  });
  expect(counted(watched)).toEqual(allOf(400));
  expect(new Set(watched.hits.map((hit) => hit.tid))).toEqual(new Set([tid]));
  expect(watched.report.coverage).toMatchObject({ strategy: "thread", threads: 1 });
  expect(watched.report.ended).toBe("targets-ended");
});

test("a thread's id is no process: the error says which flag and which process are meant", async () => {
  await using target = await Target.start(workshop.compile("threads"), [1, 0, 1]);
  const tid = Number(target.value("first"));
  const attach = watching({ target: { pids: [tid] }, where: ["counter"] }, () => undefined);
  await expect(attach).rejects.toThrow(`-t ${tid}, or its process with -p ${target.pid}`);
});
