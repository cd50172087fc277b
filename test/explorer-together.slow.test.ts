import { describe, expect, test } from "vitest";
import { MODELS, type ModelName } from "../bench/models/by-name.ts";
import { exploreTogether } from "../bench/models/crew.ts";
import { type Exploration, explore, search } from "../src/explore/index.ts";

const found = ({
  verdict,
  states,
  transitions,
  depth,
  counterexample,
  unreached,
}: Exploration) => ({
  verdict,
  states,
  transitions,
  depth,
  counterexample,
  unreached,
});

const names: readonly ModelName[] = [
  "peterson 3",
  "K 2 2",
  "K 2 2 up to symmetry",
  "K 2 2 that fails",
  "K 2 2 that fails, up to symmetry",
  "two-phase commit 5",
  "paxos",
  "shared register",
];

/** Threads meet by chance: at night they try more often. */
const ROUNDS = Number(process.env.TOGETHER_ROUNDS ?? 1);
const SLOW_MS = 5000 + ROUNDS * 2000;

describe.each(names)("%s", (name) => {
  const alone = found(explore(MODELS[name]()));

  test.each([1, 2, 3])(
    "is the same to %i threads, counts and counterexample",
    async (threads) => {
      for (let round = 0; round < ROUNDS; round++)
        expect(found(await exploreTogether(name, threads))).toEqual(alone);
    },
    SLOW_MS,
  );

  test("is the same with steps that go one way only in one", async () => {
    const fused = found(explore(MODELS[name](), { fuse: true }));
    expect(found(await exploreTogether(name, 2, { fuse: true }))).toEqual(fused);
  });
});

test("a search that two threads began goes on alone, to the same end", async () => {
  const limits = { states: 20_000 };
  const checkpoints: Uint8Array[] = [];
  const bounded = await exploreTogether("K 2 2", 2, {
    limits,
    onEnd: (it) => checkpoints.push(it.save()),
  });
  expect(bounded).toMatchObject({ verdict: "bounded", bounds: ["states"] });
  const [resume] = checkpoints;
  if (resume === undefined) throw new Error("nothing was saved");
  const whole = found(explore(MODELS["K 2 2"]()));
  expect(found(explore(MODELS["K 2 2"](), { resume }))).toEqual(whole);
  expect(found(await exploreTogether("K 2 2", 2, { resume }))).toEqual(whole);
});

test("limits of depth and memory end it with a statement", async () => {
  const deep = await exploreTogether("K 2 2", 2, { limits: { depth: 20 } });
  expect(deep).toMatchObject({ verdict: "bounded", bounds: ["depth"] });
  expect(deep.states).toBe(explore(MODELS["K 2 2"](), { limits: { depth: 20 } }).states);
  const large = await exploreTogether("K 2 2", 2, { limits: { bytes: 1_000_000 } });
  expect(large).toMatchObject({ verdict: "bounded", bounds: ["bytes"] });
});

test("a worker with another model says so", async () => {
  const together = exploreTogether("K 2 2", 2, { workersBuild: "peterson 3" });
  await expect(together).rejects.toThrow("the model that a worker has built is another one");
});

test("a search that keeps hashes only, is reduced or goes depth first is not shared", () => {
  for (const options of [{ store: "fingerprint" }, { reduce: true }, { order: "depth" }] as const) {
    const it = search(MODELS["K 2 2"](), options);
    it.advance(10);
    expect(it.canBeShared).toBe(false);
    expect(() => it.share([])).toThrow("cannot be shared");
  }
});
