import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { MODELS, type ModelName } from "../bench/models/by-name.ts";
import { kernelK } from "../bench/models/k.ts";
import { paxos } from "../bench/models/paxos.ts";
import { petersonLevels } from "../bench/models/peterson-levels.ts";
import { semaphore } from "../bench/models/semaphore.ts";
import { sharedRegister } from "../bench/models/shared-register.ts";
import { twoPhaseCommit } from "../bench/models/two-phase-commit.ts";
import { buildPan, runPan } from "../bench/spin.ts";
import { peterson } from "../examples/explore/peterson.ts";
import { ringBuffer } from "../examples/explore/ring-buffer.ts";
import {
  BLOCKED,
  defineModel,
  END,
  type Exploration,
  explore,
  type Model,
  replay,
} from "../src/explore/index.ts";

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

  // Those who count these count ways to the same state once.
  test.each([
    ["Paxos of three servers with two clients: 16,668 states", paxos, 16_668],
    ["a register shared by two servers, with two clients: 544 states", sharedRegister, 544],
  ])("%s", (_, model, states) => {
    for (const options of [{}, { order: "depth", store: "fingerprint" }] as const)
      expect(explore(model(), options)).toMatchObject({ verdict: "ok", states, unreached: [] });
  });

  test("a semaphore that is a process: 354 states and 828 transitions", () => {
    const [states, transitions] = [354, 828];
    expect(explore(semaphore())).toMatchObject({ verdict: "ok", states, transitions });
  });

  test.each([
    [3, false, 882, 2646],
    [3, true, 172, 516],
    [5, true, 6770, 33_850],
    [6, true, 35_159, 210_954],
  ])(
    "Peterson for %i, level by level, up to symmetry %s: %i states and %i transitions",
    (n, symmetry, states, transitions) => {
      const result = explore(petersonLevels(n, { symmetry }));
      expect(result).toMatchObject({ verdict: "ok", states, transitions });
    },
  );
});

/** Whether SPIN and a compiler for what it makes are there. */
const hasSpin = ["spin", "gcc"].every((it) => spawnSync(it, ["--version"]).error === undefined);

describe.skipIf(!hasSpin)("SPIN counts the same states and transitions", () => {
  const directory = mkdtempSync(join(tmpdir(), "trapline-spin-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  test.each<[ModelName, string, readonly string[]]>([
    ["peterson 3", "peterson.pml", ["-DN=3"]],
    ["K 2 2", "k.pml", ["-DNT=2", "-DNC=2"]],
    ["semaphore", "semaphore.pml", []],
    ["peterson 3, level by level", "peterson-levels.pml", ["-DN=3"]],
  ])("of %s", (name, promela, defines) => {
    const pan = buildPan(directory, { promela, defines });
    const { states, transitions } = runPan(pan, { logSlots: 18 });
    expect(explore(MODELS[name]())).toMatchObject({ verdict: "ok", states, transitions });
  });
});

/** Forks are free or with one of two neighbours; who has both puts both down. */
function philosophers(n: number): Model {
  return defineModel(`${n} philosophers`, (model) => {
    const forks = model.cells("fork", n);
    for (let me = 0; me < n; me++) {
      const own = me + 1;
      const mine = [forks.of(me), forks.of((me + 1) % n)];
      const dine = () => {
        const [one, other] = mine;
        if (one === undefined || other === undefined) return BLOCKED;
        const fork = mine[model.choose(3)];
        if (fork !== undefined) {
          if (fork.value !== 0) return BLOCKED;
          fork.value = own;
        } else {
          if (one.value !== own || other.value !== own) return BLOCKED;
          one.value = 0;
          other.value = 0;
        }
        return "dine";
      };
      model.agent(`philosopher ${me}`, { dine }, { mayWait: true });
    }
  });
}

test.each([{}, { order: "depth" }, { store: "fingerprint" }] as const)(
  "five philosophers: 243 states and 945 transitions: %j",
  (options) => {
    const { states, transitions } = explore(philosophers(5), options);
    expect({ states, transitions }).toEqual({ states: 243, transitions: 945 });
  },
);

/** One writes, the others read: each before or after. */
function readers(n: number): { readonly model: Model; readonly ends: Set<string> } {
  const ends = new Set<string>();
  const model = defineModel(`${n} readers`, (builder) => {
    const shared = builder.cell("shared");
    const future = { go: { reads: [shared], writes: [shared] } };
    builder.agent(
      "writer",
      {
        go() {
          shared.value = 1;
          return END;
        },
      },
      { future },
    );
    const seen = builder.cells("seen", n);
    for (const own of seen.cells) {
      const touches = { go: { reads: [shared, own], writes: [own] } };
      builder.agent(
        own.name,
        {
          go() {
            own.value = shared.value;
            return END;
          },
        },
        { future: touches },
      );
    }
  });
  const atEnd = model.atEnd.bind(model);
  model.atEnd = () => {
    ends.add(Array.from(model.memory.words).join());
    return atEnd();
  };
  return { model, ends };
}

test.each([{}, { reduce: true }, { order: "depth" }] as const)(
  "eight readers end in 2^8 ways: %j",
  (options) => {
    const { model, ends } = readers(8);
    expect(explore(model, options).verdict).toBe("ok");
    expect(ends.size).toBe(256);
  },
);

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
      ["Peterson for five, level by level", () => petersonLevels(5), 628_868, 3_144_340],
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

    test("Peterson for seven, level by level, has 163,298 states up to symmetry", () => {
      const result = explore(petersonLevels(7, { symmetry: true }));
      const [states, transitions] = [163_298, 1_143_086];
      expect(result).toMatchObject({ verdict: "ok", states, transitions });
    }, 300_000);
  });

/** Takes some ten minutes and two gigabytes. */
if (process.env.EXPLORE_HUGE === "1")
  test("Peterson for five: 142,471,098 states and 615,983,127 transitions", () => {
    const limits = { bytes: 2 ** 32 };
    const result = explore(peterson(5), { order: "depth", store: "fingerprint", limits });
    const [states, transitions] = [142_471_098, 615_983_127];
    expect(result).toMatchObject({ verdict: "ok", states, transitions });
  }, 3_600_000);
