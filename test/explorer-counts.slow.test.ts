import { describe, expect, test } from "vitest";
import { kernelK } from "../bench/models/k.ts";
import { twoPhaseCommit } from "../bench/models/two-phase-commit.ts";
import { peterson } from "../examples/explore/peterson.ts";
import { ringBuffer } from "../examples/explore/ring-buffer.ts";
import { type Exploration, explore, type Model, replay } from "../src/explore/index.ts";

const counts = ({ states, transitions, depth }: Exploration) => ({ states, transitions, depth });

describe("symmetry", () => {
  test.each([
    ["K with 2 tasks on 2 CPUs", 44_023, (options: object) => kernelK(2, 2, options)],
    ["two-phase commit of 4", 1568, () => twoPhaseCommit(4)],
  ])("the orbits of %s add up to its states", (_, states, model) => {
    const full = explore(model({}), { symmetry: false });
    expect(full.states).toBe(states);
    const symmetric = model({ symmetry: true });
    let sum = 0;
    const actions = symmetric.actions.bind(symmetric);
    symmetric.actions = (into) => {
      sum += orbitOf(symmetric);
      return actions(into);
    };
    const reduced = explore(symmetric);
    expect(sum).toBe(states);
    expect(reduced.states).toBeLessThan(states / 3);
    expect(reduced.verdict).toBe(full.verdict);
  });

  test("a failure found up to symmetry is shown in the real names, and can be replayed", () => {
    const shortest = explore(kernelK(2, 2, { fails: true })).counterexample;
    const model = kernelK(2, 2, { fails: true, symmetry: true });
    const { counterexample } = explore(model);
    expect(counterexample?.moves).toHaveLength(15);
    expect(shortest?.moves).toHaveLength(15);
    expect(replay(model, counterexample?.moves ?? []).failure?.property).toBe("tombstone");
  });
});

/** How many different states the renamings make of the one in the memory. */
function orbitOf({ memory, symmetries = [] }: Model): number {
  const doubles = symmetries.map(({ apply }) => {
    const double = Array.from(memory.words);
    apply(memory.words, double);
    return double.join();
  });
  return new Set([Array.from(memory.words).join(), ...doubles]).size;
}

describe("models whose size is known from other tools", () => {
  test("Peterson for three: 12,498 states and 33,369 transitions, 53 deep", () => {
    const result = explore(peterson(3));
    expect(result.verdict).toBe("ok");
    expect(counts(result)).toEqual({ states: 12_498, transitions: 33_369, depth: 53 });
  });

  test.each([
    [1, 2, 253, 436],
    [2, 2, 44_023, 148_544],
  ])(
    "K with %i tasks on %i CPUs: %i states and %i transitions",
    (tasks, cpus, states, transitions) => {
      expect(explore(kernelK(tasks, cpus))).toMatchObject({ verdict: "ok", states, transitions });
    },
  );

  test.each([
    [3, 288],
    [5, 8832],
  ])("two-phase commit of %i resources: %i states", (resources, states) => {
    const result = explore(twoPhaseCommit(resources), { symmetry: false });
    expect(result).toMatchObject({ verdict: "ok", states });
  });
});

test("a fingerprint and an exact store count the same", () => {
  const exact = explore(peterson(3));
  const hashed = explore(peterson(3), { store: "fingerprint" });
  expect(counts(hashed)).toEqual(counts(exact));
  expect(exact.omission).toBe(0);
  expect(hashed.omission).toBeGreaterThan(0);
  expect(hashed.omission).toBeLessThan(1e-10);
});

test("two runs with different keys for the fingerprints count the same", () => {
  const options = { order: "depth", store: "fingerprint" } as const;
  const runs = (
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ] as const
  ).map((seed) => {
    const model = kernelK(2, 2, { seed });
    return { hash: model.memory.hashLow, ...explore(model, options) };
  });
  expect(runs.map(({ states }) => states)).toEqual([44_023, 44_023]);
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(2);
});

test("a bitstate store that is large enough counts the same, and is not called exact", () => {
  const result = explore(peterson(3), { store: "bitstate", logBits: 26 });
  expect(counts(result)).toEqual({ states: 12_498, transitions: 33_369, depth: 53 });
  expect(result.omission).toBeGreaterThan(0);
});

test("the ring buffer hands over every record", () => {
  expect(explore(ringBuffer(4)).verdict).toBe("ok");
});

test("a ring buffer that publishes first is read too early, two steps from the start", () => {
  const { verdict, counterexample } = explore(ringBuffer(4, { publishFirst: true }));
  expect(verdict).toBe("fail");
  expect(counterexample?.property).toBe("stale-record");
  expect(counterexample?.moves).toHaveLength(2);
  expect(counterexample?.isShortest).toBe(true);
});

/** The large ones take a minute, and run where the nightly script asks for them. */
const LARGE = process.env.EXPLORE_LARGE === "1";
if (LARGE)
  describe("large models", () => {
    test.each([
      ["Peterson for four", () => peterson(4), 1_119_560, 3_864_896],
      ["K with 3 tasks on 1 CPU", () => kernelK(3, 1), 148_373, 517_233],
      ["K with 3 tasks on 2 CPUs", () => kernelK(3, 2), 2_664_671, 11_657_718],
    ])(
      "%s: exact and hashed, breadth and depth first",
      (_, model, states, transitions) => {
        const verdict = "ok";
        for (const options of [{}, { order: "depth", store: "fingerprint" }] as const)
          expect(explore(model(), options)).toMatchObject({ verdict, states, transitions });
      },
      300_000,
    );

    test("K with 3 tasks on 2 CPUs has 224,828 states up to symmetry", () => {
      const result = explore(kernelK(3, 2, { symmetry: true }));
      expect(result).toMatchObject({ verdict: "ok", states: 224_828 });
    }, 300_000);
  });
