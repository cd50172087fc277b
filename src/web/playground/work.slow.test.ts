import { expect, test } from "vitest";
import type { RecordedRun } from "../../recording/index.ts";
import { replayableOfRun } from "../model/model-link.ts";
import { OOPS } from "../model/sample-run.ts";
import { type Circumstances, check, replay, runLines } from "./work.ts";

function circumstances(found: RecordedRun[] = []): Circumstances {
  return {
    watch: { now: () => performance.now() },
    pause: async () => undefined,
    onFound: (run) => found.push(run),
  };
}

const job = (text: string) => ({ file: "own.scn", text, program: 0 });

test("a check tells of a failure first, and of a shortest one at its end", async () => {
  const found: RecordedRun[] = [];
  const run = await check(job(OOPS), circumstances(found));
  expect(found).toHaveLength(1);
  expect(run.verdict?.violation?.property).toBe("tombstone-deref");
  expect(run.steps.length).toBeLessThanOrEqual(found[0]?.steps.length ?? 0);
  expect(run.verdict?.search?.counterexample?.isShortest).toBe(true);
});

test("what is right is explored to its end, and says in how much", async () => {
  const run = await check(job(OOPS.replace("design a", "design d")), circumstances());
  expect(run.verdict).toMatchObject({ verdict: "ok", steps: 0 });
  expect(run.verdict?.search?.states).toBeGreaterThan(10);
  expect(run.verdict?.search?.omission).toBeGreaterThan(0);
});

test("a run is done again from its link, to the same steps", async () => {
  const run = await check(job(OOPS), circumstances());
  const again = replay(replayableOfRun(run));
  expect(again.steps).toEqual(run.steps);
  expect(again.verdict?.violation).toEqual(run.verdict?.violation);
});

test("line by line, each statement has its result and each step what it changed", () => {
  const run = runLines(
    job("arch x86\ncpus 1\nvar x 8\nP: open e write x\nP: store x\nexpect count e 1\n"),
  );
  expect(run.verdict?.verdict).toBe("ok");
  // Behind the last statement everything is closed, which is recorded, too.
  expect(run.steps.length).toBeGreaterThanOrEqual(run.verdict?.steps ?? 0);
  expect(run.verdict?.run?.statements.map(({ ok }) => ok)).toEqual([true, true]);
  expect(run.steps.some(({ objects }) => objects.some(({ what }) => what === "born"))).toBe(true);
});

test("what is no scenario, or leaves out what the model cannot, is refused with the reason", async () => {
  await expect(check(job("arch x86\nP: stroe x\n"), circumstances())).rejects.toThrow(
    "the scenario is not understood",
  );
  await expect(
    check(job("arch x86\nwithout fix Z99\ncpus 1\nvar x 8\nP: store x\n"), circumstances()),
  ).rejects.toThrow("without fix Z99: the model cannot switch it off");
  const other = { ...job(OOPS), program: 3 };
  await expect(check(other, circumstances())).rejects.toThrow("no such machine");
});
