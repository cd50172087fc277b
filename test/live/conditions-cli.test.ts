import { afterAll, describe, expect } from "vitest";
import { type CliResult, jsonOf, NOBODY } from "./cli.ts";
import { Cli, requires, Target, Workshop } from "./harness.ts";

const test = requires({ root: true, registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

/** Runs the command while the target does `ops`, as root or as the target's user without rights. */
async function run(
  ops: readonly string[],
  args: readonly string[],
  { where = "0/8", asNobody = false } = {},
): Promise<CliResult> {
  const options = asNobody ? { uid: NOBODY } : {};
  await using target = await Target.start(workshop.compile("values"), ops, options);
  const [, offset, rest = ""] = /^(\d+)(.*)$/.exec(where) ?? [];
  const what = `${target.at("arena", Number(offset))}${rest}`;
  await using cli = Cli.watch(["-p", target.pid, what, ...args], { asNobody });
  if (args.includes("--json")) await cli.armed();
  else await cli.announced();
  await target.run();
  return await cli.ended;
}

test("a line of --json has both values, and where they are from", async () => {
  const { hits, summary } = jsonOf(await run(["i8@0=1*3"], ["--json"]));
  expect(hits.map(({ old, new: value, valueFrom }) => [old, value, valueFrom])).toEqual([
    [0, 1, "kernel"],
    [1, 2, "kernel"],
    [2, 3, "kernel"],
  ]);
  expect(summary).toMatchObject({
    writers: [{ symbol: "counter_up", lastValue: 3 }],
    coverage: { values: "kernel", disarmedNs: 0 },
  });
});

test("a value of sixteen bytes is hex in --json, and none is there where none is wanted", async () => {
  const wide = jsonOf(await run(["a8@8=1"], ["--json"], { where: "0/16" }));
  expect(wide.hits).toMatchObject([{ old: "0x0", new: "0x10000000000000000" }]);
  const plain = jsonOf(await run(["a8@0=1"], ["--json", "--no-values"]));
  expect(plain.hits[0]).not.toHaveProperty("new");
  expect(plain.summary.coverage).not.toHaveProperty("leftOut");
});

test("the log prints the change, and the result what was left out and where that was decided", async () => {
  const args = ["--log", "--if", "value != 2"];
  const { output, status } = await run(["i8@0=1*3", "a8@0=4294967296"], args);
  expect(status).toBe(0);
  const changes = output.slice(0, 3).map((line) => line.split("  ").at(-1));
  expect(changes).toEqual(["0 -> 1", "2 -> 3", "3 -> 0x100000000"]);
  expect(output).toContain(
    "left out as asked: 1 by --if; conditions were decided in the trap, by eBPF",
  );
});

test("the table has the last value of each writer", async () => {
  const { output } = await run(["a8@0=7*5", "b8@0=9*2"], ["--values"]);
  const [title = "", ...rows] = output.slice(2, 5);
  expect(title).toContain("LAST VALUE");
  const column = (line: string) =>
    line
      .slice(0, title.indexOf("LAST VALUE") + "LAST VALUE".length)
      .split(" ")
      .at(-1);
  expect(rows.map(column)).toEqual(["7", "9"]);
  const plain = await run(["a8@0=7"], []);
  expect(plain.output[2]).not.toContain("LAST VALUE");
});

describe("the exit status for tests of others", () => {
  test.each([
    ["--fail-on-hit", "value == 3", 1],
    ["--fail-on-hit", "value == 99", 0],
    ["--fail-on-no-hit", "value == 3", 0],
    ["--fail-on-no-hit", "value == 99", 1],
  ])("%s --if '%s' ends with %i", async (flag, condition, expected) => {
    const { status, errors } = await run(["i8@0=1*5"], [flag, "--if", condition]);
    expect(status).toBe(expected);
    expect(errors.includes(`status 1, for ${flag}`)).toBe(expected === 1);
  });

  test("a launched command's own failure comes first", async () => {
    const args = (flag: string, command: string) =>
      [flag, "0x404000/8", "--", "/bin/sh", "-c", command] as const;
    const failed = Cli.watch([...args("--fail-on-no-hit", "exit 7")]);
    expect((await failed.ended).status).toBe(7);
    const fine = Cli.watch([...args("--fail-on-no-hit", "exit 0")]);
    expect((await fine.ended).status).toBe(1);
  });
});

describe("as a user without rights", () => {
  const asNobody = true;

  test("what needs no value is decided afterwards, as exactly", async () => {
    const ops = ["a8@0=1*30", "tb8@0=2*20"];
    const args = ["--json", "--if", 'comm == "worker" || ip in writer_b'];
    const { hits, summary } = jsonOf(await run(ops, args, { asNobody }));
    expect(hits).toHaveLength(20);
    expect(summary.coverage).toMatchObject({
      decidedIn: "user",
      leftOut: { condition: 30 },
      strategy: "task",
    });
  });

  test("hits about which it cannot be known are kept, and that is said", async () => {
    const args = ["--json", "--if", "value == 3 && tid > 0"];
    // Of four of the eight bytes: what the others hold is nothing that the instruction tells.
    const { hits, summary } = jsonOf(await run(["a4@0=3*5"], args, { asNobody }));
    expect(hits).toHaveLength(5);
    expect(summary.coverage).toMatchObject({
      leftOut: { condition: 0 },
      gaps: expect.arrayContaining([
        { kind: "values", text: "values: eBPF needs CAP_BPF" },
        expect.objectContaining({ kind: "undecided-condition" }),
      ]),
    });
  });

  test("a value that was stored whole is rebuilt from the instruction and its registers", async () => {
    const args = ["--json", "--if", "value == 3 || value == 4"];
    const { hits, summary } = jsonOf(await run(["i8@0=1*5"], args, { asNobody }));
    const values = hits.map(({ old, new: now, valueFrom }) => [old, now, valueFrom]);
    expect(values).toEqual([
      [2, 3, "rebuilt"],
      [3, 4, "rebuilt"],
    ]);
    expect(summary.coverage).toMatchObject({ leftOut: { condition: 3 }, values: "rebuilt" });
  });

  test("what does not depend on the value is decided although the rest cannot be", async () => {
    const args = ["--json", "--if", "value == 3 && tid == 1"];
    const { hits, summary } = jsonOf(await run(["i8@0=1*5"], args, { asNobody }));
    expect(hits).toHaveLength(0);
    expect(summary.coverage).toMatchObject({ leftOut: { condition: 5 } });
  });

  test("rate, ignore and every are as exact", async () => {
    const args = ["--json", "--max-rate", "50", "--ignore", "3", "--every", "10"];
    const { hits, summary } = jsonOf(await run(["i8@0=1*200"], args, { asNobody }));
    const { leftOut } = Object(summary.coverage);
    const kept = 200 - leftOut.rate;
    expect(leftOut.ignored).toBe(3);
    expect(hits).toHaveLength(Math.ceil((kept - 3) / 10));
    expect(leftOut.every).toBe(kept - 3 - hits.length);
    expect(kept).toBeGreaterThanOrEqual(50);
    expect(kept).toBeLessThanOrEqual(100);
  });

  test("the process is stopped from outside", async () => {
    const target = await Target.start(workshop.compile("values"), ["i8@0=1*5"], { uid: NOBODY });
    await using _ = target;
    const args = ["-p", target.pid, `${target.at("arena")}/8`, "--json", "--stop"];
    await using cli = Cli.watch(args, { asNobody });
    await cli.armed();
    target.go();
    const { hits, summary } = jsonOf(await cli.ended);
    expect(hits).toHaveLength(1);
    expect(summary).toMatchObject({
      ended: "target-stopped",
      coverage: { stopped: { pid: target.pid, by: "user" } },
    });
  });
});
