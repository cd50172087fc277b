import { execFileSync, spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterAll, expect } from "vitest";
import { drawsOf } from "../../src/base/index.ts";
import { Channel, type Line } from "../../src/conform/channel.ts";
import {
  compareReports,
  conformRandomly,
  isRaceTarget,
  openTarget,
  type Pair,
  provoke,
  runBoth,
  shrinkScenario,
} from "../../src/conform/index.ts";
import { openLinuxLine } from "../../src/conform/linux-line.ts";
import { Orders } from "../../src/conform/orders.ts";
import { load, type Program } from "../../src/scenario/index.ts";
import { requires } from "./harness.ts";

const test = requires({ root: true, registers: 4, commands: ["gcc"] });
const FIXED_SEED = 1;
const RANDOM_PROGRAMS = 2000;

const pair: Pair = [await openTarget("model"), await openTarget("linux")];
const [model, linux] = pair;
afterAll(() => {
  for (const target of pair) target[Symbol.dispose]();
});

function programsOf(text: string): readonly Program[] {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.error[0]?.message);
  return loaded.value.programs;
}

function programOf(text: string): Program {
  const [program] = programsOf(text);
  if (program === undefined) throw new Error("no program");
  return program;
}

test("model and kernel agree on every conformance scenario that both can run", async () => {
  let compared = 0;
  for (const file of globSync("scenarios/conformance/*.scn").sort()) {
    for (const program of programsOf(readFileSync(file, "utf8"))) {
      if (pair.some((target) => target.whyNot(program) !== undefined)) continue;
      const [one, other] = await runBoth(program, pair);
      expect(compareReports(one, other), file).toEqual([]);
      expect([one.ok, other.ok], file).toEqual([true, true]);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(90);
}, 30_000);

test.each([
  ["a fixed seed", FIXED_SEED],
  ["a fresh seed", 1000 * drawsOf(Date.now())(1_000_000)],
])(
  "random scenarios from %s: no difference that comes twice",
  async (_, seed) => {
    const options = { programs: RANDOM_PROGRAMS, seed, onFinding: () => undefined };
    const { programs, findings } = await conformRandomly(pair, { ...options, isOver: () => false });
    expect(programs).toBe(RANDOM_PROGRAMS);
    const lasting = findings.filter(({ isFleeting, bug }) => !isFleeting && bug === undefined);
    expect(
      lasting.map(({ scenario }) => scenario),
      `trapline conform --random ${programs} --seed ${seed}`,
    ).toEqual([]);
  },
  120_000,
);

test("actors that race come to several outcomes, each of them counted", async () => {
  const program = programOf(
    "arch x86\ncpus 2\nvar x 8\ntask Q\nP: open e write x exclude-kernel\nbarrier\n" +
      "P: store x = 1\nQ: store x = 2\nexpect count e 1\nexpect value x 1..2\n",
  );
  if (!isRaceTarget(linux)) throw new Error("linux is a real kernel");
  const options = { seed: 1, tries: 500, isOver: () => false, now: () => performance.now() };
  const { tries, outcomes, complaints, broken } = await provoke(program, linux, options);
  expect([tries, complaints, broken]).toEqual([500, [], undefined]);
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
  expect(outcomes.length).toBe(2);
});

test("who is born in a race does all that it is to do, however late it comes", async () => {
  const program = programOf(
    "arch x86\ncpus 2\nvar x 8\nP: fork C\nC: fork D\nC: thread E\nP: store x\nD: store x\n" +
      "E: store x\nE: exit\nD: exit\nexpect task D exited\nexpect task E exited\n",
  );
  if (!isRaceTarget(linux)) throw new Error("linux is a real kernel");
  const options = { seed: 1, tries: 200, isOver: () => false, now: () => performance.now() };
  const { tries, outcomes, broken } = await provoke(program, linux, options);
  expect([tries, broken]).toEqual([200, undefined]);
  const wrong = outcomes.filter(({ ok }) => !ok);
  const seeds = wrong.map(({ firstSeed }) => `provoke --tries 1 --seed ${firstSeed}`);
  expect(wrong, seeds.join(", ")).toEqual([]);
});

test("the puppet passes over what is no request, and is told again what was garbled", async () => {
  const line = openLinuxLine();
  let harm: (bytes: Uint8Array) => readonly Uint8Array[] = (bytes) => [bytes];
  const harmed: Line = {
    ...line,
    write: (bytes) => {
      for (const part of harm(bytes)) line.write(part);
      harm = (again) => [again];
    },
  };
  using channel = new Channel(harmed, { name: "linux", cpus: availableParallelism() });
  const program = programOf("arch x86\nvar x 8\nP: store x\nexpect value x 1\n");
  const request = new Orders(program, channel.cpus).request();
  const noise = new TextEncoder().encode("a console's text, and a bit of a request: ");
  const harms: (typeof harm)[] = [
    (bytes) => [noise, bytes],
    (bytes) => [bytes.subarray(0, 50), noise, bytes],
    (bytes) => [bytes.map((byte, at) => (at === 40 ? byte ^ 4 : byte))],
    (bytes) => [bytes.map((byte, at) => (at === bytes.length - 9 ? byte ^ 4 : byte))],
  ];
  for (const it of harms) {
    harm = it;
    expect((await channel.run(request)).observed[0]?.value).toBe(1);
  }
});

test("a scenario is shrunk to the statements that make its outcome on the kernel", async () => {
  const text = [
    "arch x86",
    "var x 8",
    "var y 8",
    "P: store y",
    "P: open e write x exclude-kernel",
    "P: fork C",
    "C: store x",
    "P: store x",
    "P: read e",
  ].join("\n");
  const isWrong = async (smaller: string) => {
    const loaded = load(smaller);
    const program = loaded.ok ? loaded.value.programs[0] : undefined;
    if (program === undefined) return false;
    const { statements } = await linux.run(program);
    return statements.some(({ step, seen }) => step.action.kind === "read" && isOne(seen));
  };
  const isOne = (seen: object) => "value" in seen && seen.value === 1;
  expect(await shrinkScenario(text, isWrong)).toBe(
    "arch x86\nvar x 8\nP: open e write x\nP: store x\nP: read e\n",
  );
});

test("whoever does something after its death is said to have been killed", async () => {
  const program = programOf(
    "arch x86\nvar x 8\nP: fork C\nP: kill C SIGSEGV\nC: store x -> killed SIGSEGV\nP: wait C\n",
  );
  for (const target of pair) expect((await target.run(program)).ok, target.name).toBe(true);
  const [one, other] = await runBoth(program, pair);
  expect(compareReports(one, other)).toEqual([]);
});

test("all actors end with the driver, however it ends", async () => {
  const script =
    'import { openTarget } from "./src/conform/index.ts"; import { load } from "./src/scenario/index.ts";' +
    'const l = load("arch x86\\nvar x 8\\nP: fork C\\nP: store x\\n");' +
    'await (await openTarget("linux")).run(l.value.programs[0]); console.log("ready"); setInterval(() => 0, 1000);';
  const driver = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => driver.stdout.once("data", resolve));
  const puppets = childrenOf(driver.pid ?? 0);
  expect(puppets.length).toBeGreaterThan(0);
  driver.kill("SIGKILL");
  await expect.poll(() => puppets.filter(isRunning), { timeout: 5000 }).toEqual([]);
});

test("the model alone can run what this computer cannot", () => {
  const [program] = programsOf("arch arm64\nvar x 8\nP: store x\n");
  if (program === undefined) throw new Error("no program");
  expect(linux.whyNot(program)).toMatch(/^it is for arm64/);
  expect(model.whyNot(program)).toBeUndefined();
});

/** The processes below one, of any depth. */
function childrenOf(pid: number): readonly number[] {
  const list = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
  const rows = list
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const direct = rows.filter(([, parent]) => parent === pid).map(([child = 0]) => child);
  return direct.flatMap((child) => [child, ...childrenOf(child)]);
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.includes(") Z ");
  } catch {
    return false;
  }
}
