import { expect, test } from "vitest";
import { type RunReport, runOnModel } from "../check/index.ts";
import { load, type Program } from "../scenario/index.ts";
import { outcomeOf } from "./outcome.ts";
import { type ProvokeResult, provoke } from "./provoke.ts";
import type { RaceTarget } from "./target.ts";
import { TargetError } from "./target-error.ts";

const TEXT = "arch x86\nvar x 8\nP: store x\nP: fork C\nC: exit\nexpect value x 1\n";

function programOf(text: string): Program {
  const loaded = load(text);
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error("no program");
  return program;
}

/** A kernel whose n-th try ends as the model does, but for what is said of it. */
function kernelThat(changes: (nth: number) => Partial<RunReport>): RaceTarget {
  let nth = 0;
  return {
    name: "linux",
    isShared: false,
    whyNot: () => undefined,
    run: async (program) => runOnModel(program),
    async race(program, { tries, seed }, onReport) {
      for (let attempt = 0; attempt < tries; attempt++)
        onReport({ ...runOnModel(program), ...changes(++nth) }, seed + attempt);
    },
    [Symbol.dispose]: () => undefined,
  };
}

function provoked(target: RaceTarget, tries: number): Promise<ProvokeResult> {
  let time = 0;
  const options = { seed: 1, tries, isOver: () => false, now: () => ++time };
  return provoke(programOf(TEXT), target, options);
}

test("outcomes are counted, the most frequent first, with the seed of the first time", async () => {
  const rare = new Map([["C", "killed SIGTRAP"]]);
  const target = kernelThat((nth) => (nth === 3 ? { fates: rare } : {}));
  const { tries, outcomes } = await provoked(target, 10);
  expect(tries).toBe(10);
  expect(outcomes.map(({ count, firstSeed, ok }) => ({ count, firstSeed, ok }))).toEqual([
    { count: 9, firstSeed: 1, ok: true },
    { count: 1, firstSeed: 3, ok: false },
  ]);
});

test("who dies of a signal that nothing in the scenario sends is named", async () => {
  const fates = new Map([["C", "killed SIGTRAP"]]);
  const { outcomes } = await provoked(
    kernelThat(() => ({ fates })),
    1,
  );
  expect(outcomes[0]?.unexplained).toEqual(["C"]);
});

test("what the kernel complains of is kept from its first line on, with the seed", async () => {
  const log = ["eth0: link up", "WARNING: CPU: 0 at core.c:1", "Call Trace:"];
  const target = kernelThat((nth) => (nth === 2 ? { log } : { log: ["eth0: link up"] }));
  const { complaints } = await provoked(target, 5);
  expect(complaints).toEqual([{ seed: 2, log: log.slice(1) }]);
});

test("a kernel that dies of it ends the tries, and is said to", async () => {
  const target = kernelThat((nth) => {
    if (nth === 4) throw new TargetError("guest: it died");
    return {};
  });
  const { tries, broken } = await provoked(target, 100);
  expect([tries, broken]).toEqual([3, "guest: it died"]);
});

test("who is killed as the file says leaves the rest undone, and that is no fault", async () => {
  const program = programOf(
    "arch x86\nvar x 8\nP: fork C\nP: kill C SIGKILL\nP: wait C\nC: store x\n",
  );
  const run = runOnModel(program);
  const statements = run.statements.map((it) =>
    it.step.actor === "C"
      ? { ...it, runs: [], seen: { kind: "not-done" } as const, ok: false }
      : it,
  );
  expect(outcomeOf({ ...run, statements, ok: false }).ok).toBe(true);
  const alive = new Map([...run.fates, ["C", "alive"]]);
  expect(outcomeOf({ ...run, statements, fates: alive, ok: false }).ok).toBe(false);
});
