import { expect, test } from "vitest";
import type { RecordedRun } from "../../recording/index.ts";
import { canBeReplayed } from "./model-link.ts";
import { orderText } from "./order-words.ts";
import { otherOrder } from "./other-order.ts";
import { OOPS, sampleRun } from "./sample-run.ts";

/** Two processors: the signal's way is shortest where both are at work in turn. */
const MISSING = `arch x86
without fix Z33
cpus 2
var x 8

P: fork C no-fds
C: handle SIGTRAP
P: open e write x target C period 1 exclude-kernel remove-on-exec sigtrap
barrier
C: store x
P: disable e
P: enable e

never missed-signal
`;

const circumstances = { now: () => performance.now(), pause: async () => true };

function failureOf({ verdict }: RecordedRun) {
  return [verdict?.violation?.property, verdict?.violation?.message];
}

test("where the shortest run has more switches than it takes, the other has fewer and fails alike", async () => {
  const run = await sampleRun("z33-missing-sigtrap.scn", MISSING);
  const other = await otherOrder(run, circumstances);
  if (other.kind !== "other") throw new Error(`it is ${other.kind}`);
  expect(other.isAll).toBe(true);
  expect(other.switches.fewest).toBeLessThan(other.switches.found);
  expect(other.switches.found).toBe(run.verdict?.search?.switches);
  expect(other.run.verdict?.search?.switches).toBe(other.switches.fewest);
  expect(failureOf(other.run)).toEqual(failureOf(run));
  expect(other.run.steps.length).toBeGreaterThanOrEqual(run.steps.length);
  expect(canBeReplayed(other.run)).toBe(true);
  const { found, fewest } = other.switches;
  expect(orderText({ order: "fewest", other })).toBe(`${fewest} instead of ${found}`);
});

test("where none has fewer it says so", async () => {
  const other = await otherOrder(await sampleRun("oops-2016.scn", OOPS), circumstances);
  expect(other).toMatchObject({ kind: "none", isAll: true });
  expect(orderText({ order: "found", other })).toBe("this is it: none has fewer");
});

test("whoever does not wait is not kept, and a run of another model is refused with the reason", async () => {
  const run = await sampleRun("z33-missing-sigtrap.scn", MISSING);
  const left = await otherOrder(run, { ...circumstances, pause: async () => false });
  expect(left.kind).toBe("unasked");
  const other = await otherOrder({ ...run, steps: run.steps.slice(0, -3) }, circumstances);
  expect(other).toMatchObject({ kind: "refused" });
});
