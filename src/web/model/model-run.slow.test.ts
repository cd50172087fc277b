import { beforeAll, expect, test } from "vitest";
import type { RecordedRun } from "../../recording/index.ts";
import { blocksOf, rowOf, rowsOf } from "./blocks.ts";
import { headlineOf } from "./headline.ts";
import { lockHistory } from "./lock-bars.ts";
import { breaksAt, type ModelRun, modelRun, othersAtEnd } from "./model-run.ts";
import { AT_FIRST, ObjectHistory } from "./object-history.ts";
import { referencesAt } from "./references.ts";
import { registersAt } from "./registers.ts";
import { DANGLES, OOPS, sampleRun, waitingRun } from "./sample-run.ts";
import { stepWords } from "./step-words.ts";
import { wishOf } from "./steps-taken.ts";

let oops: RecordedRun;
let dangles: RecordedRun;
let model: ModelRun;
let w2: ModelRun;

beforeAll(async () => {
  oops = await sampleRun("oops-2016.scn", OOPS);
  dangles = await sampleRun("w2-swap-dangles.scn", DANGLES);
  model = modelRun(oops);
  w2 = modelRun(dangles);
}, 60_000);

test("every object is after each step what all changes up to it make of it", () => {
  for (const run of [oops, dangles]) {
    const history = new ObjectHistory(run);
    const now = new Map<string, Record<string, readonly number[]>>();
    const apply = (objects: RecordedRun["program"]["objects"]) => {
      for (const { record, id, what, fields } of objects) {
        const key = `${record} ${id}`;
        if (what === "freed") now.delete(key);
        else now.set(key, { ...(what === "born" ? {} : now.get(key)), ...fields });
      }
    };
    apply(run.program.objects);
    for (const [step, { objects }] of run.steps.entries()) {
      apply(objects);
      for (const name of history.names) {
        const wanted = now.get(`${name.record} ${name.id}`);
        expect(history.isLive(name, step)).toBe(wanted !== undefined);
        if (wanted === undefined) continue;
        for (const [field, words] of history.fields(name, step))
          expect(words).toEqual(wanted[field] ?? [0]);
        for (const [field, words] of Object.entries(wanted))
          expect(history.words(name, field, step)).toEqual(words);
      }
    }
  }
});

test("the step that wrote a value changed it, and nobody did after it", () => {
  const { history } = w2;
  let looked = 0;
  const last = dangles.steps.length - 1;
  for (const name of history.names) {
    for (const [field, words] of history.fields(name, last)) {
      for (const index of words.keys()) {
        const writer = history.writtenAt(name, field, last, index);
        const value = history.word(name, field, last, index);
        for (let step = Math.max(0, writer); step <= last; step++)
          expect(history.word(name, field, step, index)).toBe(value);
        if (writer > 0 && history.isLive(name, writer - 1))
          expect(history.word(name, field, writer - 1, index)).not.toBe(value);
        looked++;
      }
    }
  }
  expect(looked).toBeGreaterThan(100);
});

test("blocks hold all steps once, in order, each of one task in one function", () => {
  const { blocks, run } = w2;
  expect(
    blocks.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)),
  ).toEqual(run.steps.map((_, step) => step));
  for (const { from, to, cpu, task, fn } of blocks)
    for (const step of run.steps.slice(from, to)) expect(step).toMatchObject({ cpu, task, fn });
  expect(blocks.length).toBeLessThan(run.steps.length);
  expect(blocks.filter(({ from, to }) => from === w2.lost && to === w2.lost + 1)).toHaveLength(1);
});

test("unfolded, each step has a line of its own; folded, that of its function", () => {
  const { blocks, run } = model;
  const all = rowsOf(blocks, new Set(blocks.keys()));
  for (const step of run.steps.keys()) {
    const row = all[rowOf(all, blocks, step)];
    const block = blocks[row?.block ?? -1];
    expect(block?.from).toBeLessThanOrEqual(step);
    if ((block?.to ?? 0) - (block?.from ?? 0) > 1)
      expect(row).toMatchObject({ kind: "step", step });
  }
  const none = rowsOf(blocks, new Set());
  expect(none).toHaveLength(blocks.length);
});

test("a lock's bars are there at just the steps after which it is held", () => {
  for (const run of [oops, dangles]) {
    const { bars, inverted } = lockHistory(run.steps);
    for (const [step, { locks }] of run.steps.entries()) {
      const held = bars.filter(({ from, to }) => from <= step && step < to).map(({ lock }) => lock);
      expect(held.sort()).toEqual(
        locks
          .split(" ")
          .filter((it) => it !== "")
          .sort(),
      );
    }
    expect(inverted).toEqual([]);
  }
});

test("who waits for a lock does so from the step in which he began to the one in which he got it", () => {
  const step = (waits: readonly string[], locks = "a") => ({
    ...{ task: "C", locks },
    waits: waits.map((task) => ({ task, lock: "a" })),
  });
  const steps = [
    step([]),
    step(["D"]),
    step(["D", "E"]),
    step(["E"]),
    step(["E", "D"]),
    step(["D"]),
  ];
  expect(lockHistory(steps).waits).toEqual([
    { lock: "a", task: "D", from: 1, to: 3, row: 0 },
    { lock: "a", task: "E", from: 2, to: 5, row: 1 },
    { lock: "a", task: "D", from: 4, to: 6, row: 0 },
  ]);
});

test("while a task of the model waits for a lock, another one holds it", () => {
  const run = waitingRun();
  const { waits } = lockHistory(run.steps);
  expect(waits.length).toBeGreaterThan(0);
  for (const { task, lock, from } of waits) {
    expect(run.steps[from]?.task).toBe(task);
    expect(run.steps[from]?.locks.split(" ")).toContain(lock);
  }
});

test("two locks that are taken in both orders are an inversion", () => {
  const step = (task: string, locks: string) => ({ task, locks });
  const ab = [step("C", "a"), step("C", "a b"), step("C", "")];
  const ba = [step("D", "b"), step("D", "b a"), step("D", "")];
  expect(lockHistory([...ab, ...ba]).inverted).toEqual([["a", "b"]]);
  expect(lockHistory([...ab, ...ab]).inverted).toEqual([]);
  expect(lockHistory([step("C", "a"), step("D", "a b")]).inverted).toEqual([]);
});

test("the Oops goes through the context of C, which lost its task to the tombstone", () => {
  const { steps } = oops;
  const last = steps.length - 1;
  const [broken] = breaksAt(model, last);
  expect(broken).toMatchObject({ since: model.lost, used: last });
  expect(broken?.reference).toMatchObject({ field: "task", state: "tombstone" });
  expect(steps[model.lost]).toMatchObject({ label: "tombstone", task: "C" });
  expect(breaksAt(model, model.lost - 1)).toEqual([]);
  expect(headlineOf(model)?.title).toBe(
    "BUG: tombstone-deref in arch_unregister_hw_breakpoint(): TASK_TOMBSTONE->thread.last_hit_ubp, by ctx 3->task",
  );
  expect(headlineOf(model)?.chain.at(-1)).toBe("sys_exit");
});

test("after the swap last_hit_ubp of C dangles from the step that frees the event to the one that follows it", () => {
  const last = dangles.steps.length - 1;
  const broken = breaksAt(w2, last).find(({ reference }) => reference.state === "dangling");
  expect(broken?.reference.field).toBe("thread.last_hit_ubp");
  expect(broken).toMatchObject({ since: w2.lost, used: last });
  expect(referencesAt(w2.history, AT_FIRST).every(({ state }) => state === "sound")).toBe(true);
  expect(othersAtEnd(w2).map(({ task }) => task)).toEqual(["P", "D"]);
});

test("a register that is off while its task steps has an excuse, and none once another task runs", () => {
  const rows = dangles.steps.map((_, step) => registersAt(w2.history, dangles.steps, step)[0]);
  const trap = dangles.steps.findIndex(
    ({ slots, stepping }) => slots === "(e2)" && stepping.length > 0,
  );
  expect(rows[trap]).toMatchObject({ event: 2, isArmed: false, mismatch: undefined });
  expect(rows[trap]?.excuse).toContain("while C steps");
  const swapped = rows.findIndex((row) => row?.mismatch !== undefined);
  expect(swapped).toBeGreaterThan(trap);
  expect(dangles.steps[swapped]?.slots).toBe("(e2)");
});

test("keys lead to every step and back, to functions, to where it is lost and where it fails", () => {
  const count = dangles.steps.length;
  const { blocks, lost, failing } = w2;
  const press = (key: string, at: number) => {
    const wish = wishOf(key, { at, blocks, lost, failing, count });
    return wish?.kind === "go" ? wish.step : undefined;
  };
  for (let at = 0; at < count; at++) {
    expect(press("ArrowRight", at)).toBe(Math.min(count - 1, at + 1));
    expect(press("ArrowLeft", at)).toBe(Math.max(0, at - 1));
    const next = press("w", at) ?? at;
    expect(blocks.some(({ from }) => from === next) || next === at).toBe(true);
  }
  expect([press("Home", 5), press("End", 5), press("x", 5), press("e", 5)]).toEqual([
    ...[0, count - 1, lost, failing],
  ]);
  expect(press("q", 5)).toBeUndefined();
});

test("a step is told in words, with what breaks in it", () => {
  expect(stepWords(model, model.lost)).toMatch(
    /^Step 53 of 61\. CPU 0, task C: perf_event_exit_task_context, tombstone\..*ctx 3->task is TASK_TOMBSTONE from here on/,
  );
  expect(stepWords(model, oops.steps.length - 1)).toContain(
    "Here it fails: TASK_TOMBSTONE->thread",
  );
});

test("steps that are apart are blocks of their own", () => {
  const steps = oops.steps.slice(0, 4).map((step) => ({ ...step, cpu: 0, task: "P", fn: "f" }));
  expect(blocksOf(steps, new Set()).map(({ from, to }) => [from, to])).toEqual([[0, 4]]);
  expect(blocksOf(steps, new Set([2])).map(({ from, to }) => [from, to])).toEqual([
    [0, 2],
    [2, 3],
    [3, 4],
  ]);
});
