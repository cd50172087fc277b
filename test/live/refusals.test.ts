import { afterAll, describe, expect } from "vitest";
import { jsonOf, NOBODY } from "./cli.ts";
import {
  allOf,
  Cli,
  counted,
  RegisterHolder,
  registersFree,
  requires,
  Target,
  Workshop,
  watching,
} from "./harness.ts";

const test = requires({ root: true, registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

describe("registers that another process holds", () => {
  test("all of every CPU: the error names the process and how many events it has", async () => {
    await using target = await Target.start(workshop.compile("stores"), [10]);
    await using holder = await RegisterHolder.start("cpu", 4);
    const held = holder.value("held");
    const attach = (arm: "auto" | "cpu" | "task") =>
      watching({ target: { pids: [target.pid] }, where: ["counter"], arm }, () => undefined);
    for (const arm of ["auto", "cpu", "task"] as const) {
      await expect(attach(arm)).rejects.toMatchObject({
        kind: "busy",
        message: expect.stringMatching(
          new RegExp(`ENOSPC: no debug register is free: .*\\(${holder.pid}: ${held} perf events`),
        ),
      });
    }
  });

  test("three of every CPU: one watch fits, two do not, and nothing stays armed", async () => {
    await using target = await Target.start(workshop.compile("stores"), [10]);
    await using holder = await RegisterHolder.start("cpu", 3);
    const where = ["counter/4", target.at("counter", 4)];
    const both = watching({ target: { pids: [target.pid] }, where }, () => undefined);
    await expect(both).rejects.toMatchObject({ kind: "busy" });
    const options = { target: { pids: [target.pid] }, where: ["counter"] };
    expect(counted(await watching(options, () => target.run()))).toEqual(allOf(10));
    expect(holder.pid).toBeGreaterThan(0);
  });

  test("all of one other task: armed for each thread instead, and the result says why", async () => {
    await using target = await Target.start(workshop.compile("threads"), [2, 2, 100]);
    await using holder = await RegisterHolder.start("task", 4);
    const watched = await watching({ target: { pids: [target.pid] }, where: ["counter"] }, () =>
      target.run(),
    );
    expect(counted(watched)).toEqual(allOf(400));
    expect(watched.report.coverage.strategy).toBe("task");
    expect(watched.report.coverage.why).toMatch(/arming CPU \d was refused: ENOSPC/);
    expect(holder.pid).toBeGreaterThan(0);
  });

  test("once the holder has ended all are free again", async () => {
    const holder = await RegisterHolder.start("cpu", 4);
    expect(registersFree().every((free) => free === 0)).toBe(true);
    await holder[Symbol.asyncDispose]();
    expect(registersFree().every((free) => free === 4)).toBe(true);
  });
});

describe("a user without rights", () => {
  const watchAsNobody = (args: readonly (string | number)[]) => Cli.watch(args, { asNobody: true });

  test.each([
    ["threads", [3, 3, 200], 1_200],
    ["forks", [3, 100], 700],
    ["stores", [1_000, "same"], 1_000],
  ])("watches processes of its own, exactly: %s", async (name, args, stores) => {
    await using target = await Target.start(workshop.compile(name), args, { uid: NOBODY });
    await using cli = watchAsNobody(["-p", target.pid, "counter", "--json"]);
    expect(await cli.armed()).toMatchObject({ strategy: "task" });
    await target.run();
    const { hits, summary } = jsonOf(await cli.ended);
    expect(hits).toHaveLength(stores);
    expect(new Set(hits.map(({ mode }) => mode))).toEqual(new Set(["user"]));
    expect(summary).toMatchObject({ hits: stores, lost: 0 });
    expect(summary.coverage).toMatchObject({ strategy: "task", kernelMode: false });
    const { gaps } = summary.coverage as { gaps: { kind: string; text: string }[] };
    // Without eBPF the values that each hit has are rebuilt, which is said, too.
    expect(gaps.map(({ kind }) => kind)).toEqual(["kernel-mode", "values"]);
    expect(gaps[0]?.text).toMatch(/needs CAP_PERFMON, or kernel.perf_event_paranoid <= 1/);
  });

  test("what the kernel stores for its process is not counted, and that is said", async () => {
    const args = ["k8@0*5", "w8@0*7"];
    await using target = await Target.start(workshop.compile("pokes"), args, { uid: NOBODY });
    await using cli = watchAsNobody(["-p", target.pid, `${target.at("arena")}/8`, "--json"]);
    await cli.armed();
    await target.run();
    expect(jsonOf(await cli.ended).summary).toMatchObject({ hits: 7 });
  });

  test("threads born all the time are counted exactly", async () => {
    await using target = await Target.start(workshop.compile("churn"), [25], { uid: NOBODY });
    await using cli = watchAsNobody(["-p", target.pid, "counter", "--json"]);
    await cli.armed();
    const stores = Number((await target.run()).get("stores"));
    expect(jsonOf(await cli.ended).summary).toMatchObject({ hits: stores, lost: 0 });
  });

  test("launches a command and watches it from its first instruction", async () => {
    const path = workshop.compile("launched", "-pie");
    await using cli = watchAsNobody(["counter", "--json", "--exit-code=tool", "--", path]);
    expect(jsonOf(await cli.ended).summary).toMatchObject({ hits: 70 });
  });

  test("another user's process is refused: whose it is and what to type", async () => {
    await using target = await Target.start(workshop.compile("stores"), [10]);
    await using cli = watchAsNobody(["-p", target.pid, `${target.at("counter")}/8`]);
    const { status, output, errors } = await cli.ended;
    expect(status).toBe(1);
    expect(output).toEqual([]);
    expect(errors.trimEnd().split("\n")).toEqual([
      expect.stringMatching(
        /^trapline: arm a breakpoint on stores \(\d+\): EACCES: the process belongs to user 0, you are 65534: run as that user, or as root$/,
      ),
    ]);
  });

  test("all CPUs are refused: the level, the capability and what to type", async () => {
    await using cli = watchAsNobody(["-a", "0x404100/8"]);
    const { status, errors } = await cli.ended;
    expect(status).toBe(1);
    expect(errors).toMatch(/need CAP_PERFMON, or kernel.perf_event_paranoid <= 0 .*: run as root/);
  });
});
