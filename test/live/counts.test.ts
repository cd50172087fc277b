import { execFileSync } from "node:child_process";
import { afterAll, describe, expect } from "vitest";
import { allOf, counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const ARM = ["cpu", "task"] as const;

/** Watches ranges of the arena, each `[offset, length]`, while the target does `pokes`. */
async function poke(
  ranges: readonly (readonly [number, number])[],
  pokes: readonly string[],
  options: { mode?: string; kernel?: boolean } = {},
) {
  await using target = await Target.start(workshop.compile("pokes"), pokes);
  const { mode = "w", kernel = true } = options;
  const where = ranges.map(([at, length]) => `${target.at("arena", at)}/${length}:${mode}`);
  const watched = await watching({ target: { pids: [target.pid] }, where, kernel }, () =>
    target.run(),
  );
  const byWatch = ranges.map((_, i) => watched.hits.filter(({ watch }) => watch === i).length);
  return { ...watched, count: counted(watched), byWatch };
}

describe.each(ARM)("armed for each %s", (arm) => {
  test("1,000 stores of one thread are 1,000 hits of one writer", async () => {
    await using target = await Target.start(workshop.compile("stores"), [1_000]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(1_000));
    const [writer, ...others] = watched.report.writers;
    expect(others).toEqual([]);
    expect(writer).toMatchObject({ comm: "stores", pid: target.pid, tid: target.pid });
    expect(writer?.frame).toMatchObject({ kind: "elf", symbol: "store" });
    expect(watched.report.ended).toBe("targets-ended");
    expect(watched.report.coverage).toMatchObject({ strategy: arm, threads: 1, processes: 1 });
  });

  test("a store of the value that is there already is a hit", async () => {
    await using target = await Target.start(workshop.compile("stores"), [500, "same"]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    expect(counted(await watching(options, () => target.run()))).toEqual(allOf(500));
  });

  test("a program loaded anywhere is watched where it was loaded", async () => {
    await using target = await Target.start(workshop.compile("stores", "-pie"), [300]);
    const options = { target: { pids: [target.pid] }, where: ["counter"], arm };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(300));
    expect(watched.report.writers[0]?.frame.symbol).toBe("store");
  });
});

describe.each([...ARM, "thread"] as const)("armed for each %s, on some CPUs", (arm) => {
  const storing = async (cpus: readonly number[]) => {
    await using target = await Target.start(workshop.compile("stores"), [400]);
    execFileSync("taskset", ["-pc", "0", `${target.pid}`]);
    const whom = arm === "thread" ? { tids: [target.pid] } : { pids: [target.pid] };
    const how = arm === "thread" ? {} : { arm };
    const options = { target: whom, where: ["counter"], cpus, ...how };
    return await watching(options, () => target.run());
  };

  test("accesses on those are counted", async () => {
    const watched = await storing([0]);
    expect(counted(watched)).toEqual(allOf(400));
    expect(watched.report.coverage.cpus).toEqual([0]);
  });

  test("accesses on others are not, and the result says so", async () => {
    const watched = await storing([1]);
    expect(counted(watched)).toEqual(allOf(0));
    expect(watched.report.coverage.gaps.map(({ kind }) => kind)).toContain("other-cpus");
  });
});

test("loads do not count as stores, and count where they are asked for", async () => {
  const pokes = ["w8@0*3", "r8@0*5"];
  expect((await poke([[0, 8]], pokes)).count).toEqual(allOf(3));
  expect((await poke([[0, 8]], pokes, { mode: "rw" })).count).toEqual(allOf(8));
});

test("a watch of reads alone leaves out what only writes, counts what does both, and says so", async () => {
  const { count, report } = await poke([[0, 8]], ["w8@0*3", "r8@0*5", "a8@0*4"], { mode: "r" });
  expect(count).toEqual(allOf(9));
  expect(report.writesLeftOut).toBe(3);
  expect(report.coverage.gaps.map(({ kind }) => kind)).toContain("reads-as-rw");
});

describe("a range of any length and alignment counts what touches it, and nothing beside it", () => {
  test.each([1, 2, 4, 8])("%i bytes", async (size) => {
    const [before, after] = [`w${size}@${16 - size}*7`, `w${size}@${16 + size}*7`];
    const { count } = await poke([[16, size]], [before, `w${size}@16*100`, after]);
    expect(count).toEqual(allOf(100));
  });

  test("6 bytes from an odd address", async () => {
    const beside = ["w1@2*3", "w2@1*3", "w8@9*3", "w1@9*3"];
    const inside = ["w1@3*10", "w4@4*10", "w1@8*10", "w2@5*10"];
    expect((await poke([[3, 6]], [...beside, ...inside])).count).toEqual(allOf(40));
  });

  test("a store that straddles two registers is one hit, each time", async () => {
    const straddling = ["w2@3*50", "w4@7*50", "w8@0*50", "w8@8*50", "w8@2*50"];
    expect((await poke([[3, 6]], straddling)).count).toEqual(allOf(250));
  });
});

test("a string instruction is one hit, and its traps one for each iteration in the range", async () => {
  const { count, report } = await poke([[3, 6]], ["s16@0*10", "s2@4*10", "s3@0*10"]);
  expect(count).toEqual(allOf(20));
  expect(report.traps).toBe(10 * 6 + 10 * 2);
  const words = await poke([[8, 16]], ["q32@0*10"]);
  expect(words.count).toEqual(allOf(10));
  expect(words.report.traps).toBe(20);
});

test("a store of 16 bytes is one hit of a watch of 16, and one of each of two watches of 8", async () => {
  expect((await poke([[16, 16]], ["v16@16*20"])).count).toEqual(allOf(20));
  const { count, byWatch } = await poke(
    [
      [16, 8],
      [24, 8],
    ],
    ["v16@16*20", "v16@8*3"],
  );
  expect(count).toEqual(allOf(43));
  expect(byWatch).toEqual([23, 20]);
});

test("four watches count each for itself", async () => {
  const pokes = ["w8@0*10", "w4@8*20", "w2@16*30", "w1@24*40", "w8@32*50"];
  const ranges = [
    [0, 8],
    [8, 4],
    [16, 2],
    [24, 1],
  ] as const;
  expect((await poke(ranges, pokes)).byWatch).toEqual([10, 20, 30, 40]);
});

test("where watches overlap each of them counts", async () => {
  const { byWatch } = await poke(
    [
      [0, 8],
      [4, 4],
      [4, 1],
    ],
    ["w1@0*5", "w1@4*7", "w1@5*9", "w8@0*11"],
  );
  expect(byWatch).toEqual([5 + 7 + 9 + 11, 7 + 9 + 11, 7 + 11]);
});

test("a locked addition is one hit of a watch of stores, and one of reads or stores", async () => {
  expect((await poke([[0, 8]], ["a8@0*15"])).count).toEqual(allOf(15));
  expect((await poke([[0, 8]], ["a8@0*15"], { mode: "rw" })).count).toEqual(allOf(15));
});

describe.each(ARM)("armed for each %s", (arm) => {
  test("an execute watch counts calls, and names the function at its first byte", async () => {
    await using target = await Target.start(workshop.compile("pokes"), ["f1@0*5000"]);
    const options = { target: { pids: [target.pid] }, where: ["called:x"], arm };
    const watched = await watching(options, () => target.run());
    expect(counted(watched)).toEqual(allOf(5_000));
    expect(watched.report.writers[0]?.frame).toMatchObject({ symbol: "called", offset: 0 });
    expect(watched.hits[0]?.ip).toBe(target.value("called"));
  });

  test("a data watch and an execute watch count side by side", async () => {
    await using target = await Target.start(workshop.compile("pokes"), ["f1@0*20", "w8@0*30"]);
    const where = ["called:x", "arena/8"];
    const options = { target: { pids: [target.pid] }, where, arm };
    const { hits } = await watching(options, () => target.run());
    expect(hits.filter(({ watch }) => watch === 0).length).toBe(20);
    expect(hits.filter(({ watch }) => watch === 1).length).toBe(30);
  });
});
