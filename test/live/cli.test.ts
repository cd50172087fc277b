import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, describe, expect } from "vitest";
import { allProcesses, cmdlineOf } from "../../src/linux/index.ts";
import { jsonOf, MAIN } from "./cli.ts";
import { Cli, registersFree, requires, Target, Workshop } from "./harness.ts";

const test = requires({ root: true, registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const ENDLESS = 1_000_000_000;

test("the lines of --json: a header, a line a hit with exact addresses and times, a summary", async () => {
  await using target = await Target.start(workshop.compile("stores"), [500]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "--json"]);
  expect(await cli.armed()).toMatchObject({
    kind: "header",
    schema: "trapline.watch",
    version: 1,
    strategy: "cpu",
    watches: [{ name: "counter", address: target.at("counter"), length: 8, mode: "w" }],
  });
  await target.run();
  const { hits, summary } = jsonOf(await cli.ended);
  expect(hits).toHaveLength(500);
  expect(hits[0]).toMatchObject({
    pid: target.pid,
    tid: target.pid,
    comm: "stores",
    mode: "user",
    watch: "counter",
    symbol: "store",
    ip: expect.stringMatching(/^0x[0-9a-f]+$/),
    object: expect.stringMatching(/^stores/),
  });
  expect(summary).toMatchObject({ hits: 500, lost: 0, ended: "targets-ended" });
  expect(summary.writers).toMatchObject([{ symbol: "store", count: 500, threads: 1 }]);
});

test("Ctrl-C once ends the watch, prints what was found, and leaves the target alone", async () => {
  await using target = await Target.start(workshop.compile("stores"), [700]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "--json"]);
  await cli.armed();
  await target.work();
  cli.signal("SIGINT");
  const { summary } = jsonOf(await cli.ended);
  expect(summary).toMatchObject({ hits: 700, ended: "stopped" });
  expect(await target.end()).toBe(0);
});

test("--max-hits ends after exactly so many, --timeout after so long", async () => {
  await using target = await Target.start(workshop.compile("stores"), [ENDLESS]);
  await using most = Cli.watch(["-p", target.pid, "counter", "--json", "--max-hits", 321]);
  await most.armed();
  target.go();
  const { hits, summary } = jsonOf(await most.ended);
  expect(hits).toHaveLength(321);
  expect(summary).toMatchObject({ hits: 321, ended: "max-hits" });
  await using timed = Cli.watch(["-p", target.pid, "counter", "--json", "--timeout", "200ms"]);
  expect(jsonOf(await timed.ended).summary).toMatchObject({ ended: "timeout" });
});

test("the table names the writer once, with its count, and tells what was covered", async () => {
  await using target = await Target.start(workshop.compile("threads"), [2, 2, 250]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "--color=never"]);
  await cli.announced();
  await target.run();
  const { status, output } = await cli.ended;
  expect(status).toBe(0);
  expect(output[0]).toMatch(/^1,000 hits in .* on counter \(0x[0-9a-f]+\/8:w\)$/);
  expect(output.filter((line) => / store \w+\.c:\d+ /.test(line))).toHaveLength(1);
  expect(output.join("\n")).toMatch(/covered: 1 process, 3 threads, 2 threads born/);
});

test("--dry-run says what would be armed, and arms nothing", async () => {
  await using target = await Target.start(workshop.compile("stores"), [10]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "-C", "0", "--dry-run"]);
  const { status, output } = await cli.ended;
  const address = `${target.at("counter")}/8`;
  expect({ status, output }).toEqual({
    status: 0,
    output: [
      `would watch counter (${address}:w): registers for ${address}`,
      `of process ${target.pid}, 1 thread, on CPU 0`,
      "with 1 register: registers of each CPU; accesses by the kernel are counted",
      "nothing was armed",
    ],
  });
  await target.run();
});

test("-F shows these fields and no others, in the table and in JSON", async () => {
  await using target = await Target.start(workshop.compile("stores"), [30]);
  await using table = Cli.watch(["-p", target.pid, "counter", "-F", "who,count", "-v"]);
  await table.announced();
  await using json = Cli.watch(["-p", target.pid, "counter:change", "--json", "-F", "tid,new"]);
  await json.armed();
  await target.run();
  const { hits } = jsonOf(await json.ended);
  expect(hits).toHaveLength(29); // the first stores what is there already
  expect(hits[0]).toEqual({ kind: "hit", tid: target.pid, new: 2 });
  const { output, errors } = await table.ended;
  expect(output.slice(2, 4)).toEqual([
    `WHO${" ".repeat(`stores ${target.pid}`.length - 3)}  COUNT`,
    `stores ${target.pid}     30`,
  ]);
  expect(errors).toMatch(/^trapline: register: counter: 0x[0-9a-f]+\/8:w$/m);
  expect(errors).toMatch(/^trapline: sample: IP, TID, TIME, CALLCHAIN$/m);
});

test("a process can be called by its name, if no other bears it", async () => {
  await using target = await Target.start(workshop.compile("stores"), [20]);
  await using cli = Cli.watch(["-p", "stores", "counter", "--json"]);
  await cli.armed();
  await using other = await Target.start(workshop.compile("stores"), [20]);
  await using two = Cli.watch(["-p", "stores", "counter", "--json"]);
  const { status, errors } = await two.ended;
  expect({ status, errors }).toMatchObject({
    status: 2,
    errors: expect.stringContaining(`the name of 2 processes: give -p ${target.pid},${other.pid}`),
  });
  await target.run();
  const { summary } = jsonOf(await cli.ended);
  expect(summary).toMatchObject({ hits: 20, writers: [{ pid: target.pid, count: 20 }] });
});

test("a launched command's status is the status; its own output is not in the way", async () => {
  const path = workshop.compile("launched", "-pie");
  const args = ["counter", "--json", "--no-kernel", "--", path];
  await using cli = Cli.watch(args);
  const { status, output } = await cli.ended;
  expect(status).toBe(7);
  expect(JSON.parse(output.at(-1) ?? "{}")).toMatchObject({ kind: "summary", hits: 70 });
});

test("Ctrl-C ends a launched command and the watch of it, and the summary is printed", async () => {
  const args = ["0x404000/8", "--json", "--exit-code=tool", "--", "/bin/sleep", "1000"];
  await using cli = Cli.watch(args);
  const { pid } = await cli.armed();
  process.kill(Number(pid), "SIGINT"); // a terminal sends it to both
  cli.signal("SIGINT");
  const { summary } = jsonOf(await cli.ended);
  expect(summary.ended).toBeOneOf(["stopped", "targets-ended"]);
});

test("a reader that has seen enough ends the watch quietly", async () => {
  await using target = await Target.start(workshop.compile("stores"), [ENDLESS]);
  const script = `"$@" | head -n 20`;
  const trapline = [process.execPath, MAIN, "watch", "-p", target.pid, "counter", "--log", "-q"];
  target.go();
  const shell = ["-c", script, "sh", ...trapline.map(String)];
  const { stdout, stderr } = await promisify(execFile)("/bin/bash", shell);
  expect(stdout.trimEnd().split("\n")).toHaveLength(20);
  expect(stderr).toBe("");
  expect(registersFree().every((free) => free === 4)).toBe(true);
});

test("a command that is not found ends with 127, a wrong flag with 2, a process that is gone with 1", async () => {
  const status = async (...args: readonly string[]) => (await Cli.watch(args).ended).status;
  expect(await status("counter", "--", "/no/such/command")).toBe(127);
  expect(await status("counter", "--no-such-flag")).toBe(2);
  expect(await status("-p", "4000000", "counter")).toBe(1);
});

describe.each(["cpu", "task"])("trapline is killed, armed for each %s", (arm) => {
  // From before its first line of code to well after it has armed, on any machine.
  const moments = Array.from({ length: 10 }, (_, i) => 20 + i * 47);

  test.each(moments)("after %i ms: the target is unharmed, all registers are free", async (ms) => {
    const stores = 20_000;
    await using target = await Target.start(workshop.compile("threads"), [1, 1, stores]);
    await using witness = await Target.start(workshop.compile("stores"), [stores]);
    await using cli = Cli.watch(["-p", `${target.pid},${witness.pid}`, "counter", "--arm", arm]);
    const working = [target.work(), witness.work()] as const;
    await sleep(ms);
    cli.signal("SIGKILL");
    expect((await cli.ended).status).toBe("SIGKILL");
    const [, told] = await Promise.all(working);
    expect(told.get("sum")).toBe((BigInt(stores) * BigInt(stores + 1)) / 2n);
    expect(await target.end()).toBe(0);
    expect(registersFree().every((free) => free === 4)).toBe(true);
  });
});

describe("trapline is killed while it launches a command", () => {
  const moments = Array.from({ length: 8 }, (_, i) => 60 + i * 29);

  test.each(moments)("after %i ms: the command ran to its end or not at all", async (ms) => {
    const path = workshop.compile("launched", "-no-pie");
    const status = workshop.path(`status-${ms}`);
    const script = `${path}; echo $? > ${status}`;
    const args = ["0x404000/8", "--json", "--", "/bin/sh", "-c", script];
    await using cli = Cli.watch(args);
    await sleep(ms);
    cli.signal("SIGKILL");
    await cli.ended;
    await expect.poll(() => processesNaming(status), { timeout: 5_000 }).toEqual([]);
    if (existsSync(status)) expect(readFileSync(status, "utf8")).toBe("7\n");
    expect(registersFree().every((free) => free === 4)).toBe(true);
  });
});

/** The processes with this text in their command line, ourselves left out. */
function processesNaming(text: string): readonly number[] {
  const others = allProcesses().filter((pid) => pid !== process.pid);
  return others.filter((pid) => cmdlineOf(pid).some((word) => word.includes(text)));
}
