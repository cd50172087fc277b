import { describe, expect, test } from "vitest";
import { kernelK } from "../bench/models/k.ts";
import { peterson } from "../examples/explore/peterson.ts";
import { ringBuffer } from "../examples/explore/ring-buffer.ts";
import {
  BLOCKED,
  CheckpointError,
  type Counterexample,
  certify,
  defineModel,
  END,
  explore,
  findEndless,
  type Model,
  type Progress,
  randomWords,
  replay,
  search,
  shrink,
  switchesIn,
  walk,
} from "../src/explore/index.ts";

function failureOf({ counterexample }: { counterexample: Counterexample | undefined }) {
  if (counterexample === undefined) throw new Error("nothing failed");
  return counterexample;
}

/** Two agents that take two locks in opposite orders. */
function crossedLocks(): Model {
  return defineModel("crossed locks", (model) => {
    const locks = model.cells("lock", 2);
    for (const first of [0, 1]) {
      const take = (lock: number) => {
        if (locks.of(lock).value !== 0) return false;
        locks.of(lock).value = 1;
        return true;
      };
      model.agent(`agent ${first}`, {
        first: () => (take(first) ? "second" : BLOCKED),
        second: () => (take(1 - first) ? "drop" : BLOCKED),
        drop() {
          for (const lock of locks.cells) lock.value = 0;
          return END;
        },
      });
    }
  });
}

test("a deadlock says who waits where, after as few steps as it takes", () => {
  const { property, what, moves } = failureOf(explore(crossedLocks()));
  expect(property).toBe("deadlock");
  expect(what).toBe("nothing can happen: agent 0 at second, agent 1 at second");
  expect(moves.map(({ action }) => action)).toEqual([0, 1]);
});

test.each([
  { reduce: true },
  { store: "fingerprint" },
  { order: "depth", store: "fingerprint" },
  { fuse: true },
] as const)("every engine finds the deadlock: %j", (options) => {
  expect(failureOf(explore(crossedLocks(), options)).property).toBe("deadlock");
});

test("K fails in 15 steps, and in no fewer than 2 switches", () => {
  const model = kernelK(2, 2, { fails: true });
  const found = failureOf(explore(model));
  const actorOf = ({ action }: { action: number }) => action;
  expect(found.moves).toHaveLength(15);
  const shrunk = shrink(model, found);
  expect(shrunk.moves).toHaveLength(15);
  expect(switchesIn(shrunk.moves, actorOf)).toBe(2);
  expect(certify(kernelK(2, 2, { fails: true }), shrunk)?.property).toBe("tombstone");
});

test("what a random run has found is shrunk, and still fails", () => {
  const model = kernelK(2, 2, { fails: true });
  const random = randomWords([1, 2, 3, 4]);
  const found = failureOf(walk(model, { random, runs: 100, steps: 300 }));
  expect(found.moves.length).toBeGreaterThan(15);
  const shrunk = shrink(model, found);
  expect(shrunk.moves.length).toBeLessThan(found.moves.length);
  expect(certify(kernelK(2, 2, { fails: true }), shrunk)?.property).toBe("tombstone");
});

test.each(["exact", "fingerprint"] as const)(
  "what a search depth first has found can be done again: %s",
  (store) => {
    const found = failureOf(explore(kernelK(2, 2, { fails: true }), { order: "depth", store }));
    expect(found.isShortest).toBe(false);
    expect(certify(kernelK(2, 2, { fails: true }), found)?.property).toBe("tombstone");
  },
);

describe("a certificate", () => {
  const found = failureOf(explore(ringBuffer(4, { publishFirst: true })));

  test("is refused by a model that does not fail", () => {
    expect(certify(ringBuffer(4), found)).toBeUndefined();
  });

  test("is refused for another property, and for a way that fails sooner", () => {
    const fresh = () => ringBuffer(4, { publishFirst: true });
    expect(certify(fresh(), { ...found, property: "deadlock" })).toBeUndefined();
    const twice = { ...found, moves: [...found.moves, ...found.moves] };
    expect(certify(fresh(), twice)).toBeUndefined();
    expect(certify(fresh(), found)?.property).toBe("stale-record");
  });
});

test("a replay stops where a move is not possible, and leaves the model as it was", () => {
  const model = ringBuffer(2);
  const before = Array.from(model.memory.words);
  const [writer, reader] = [0, 1].map((action) => ({ action, choice: 0 }));
  if (writer === undefined || reader === undefined) throw new Error("two agents");
  expect(replay(model, [writer, reader, writer])).toEqual({ failure: undefined, made: 1 });
  expect(Array.from(model.memory.words)).toEqual(before);
});

describe("limits", () => {
  test.each([
    [{ states: 500 }, "states"],
    [{ depth: 10 }, "depth"],
    [{ bytes: 300_000 }, "bytes"],
  ] as const)("%j ends the search with a statement", (limits, bound) => {
    const result = explore(peterson(3), { limits });
    expect(result).toMatchObject({
      verdict: "bounded",
      bounds: [bound],
      counterexample: undefined,
    });
    expect(result.states).toBeLessThan(12_498);
  });

  test("depth first, a bound of the depth is said, too", () => {
    const options = { order: "depth", store: "fingerprint", limits: { depth: 20 } } as const;
    expect(explore(peterson(3), options)).toMatchObject({ verdict: "bounded", bounds: ["depth"] });
  });

  test("time is what the caller's clock says", () => {
    let ms = 0;
    const now = () => (ms += 100);
    const result = explore(peterson(3), { limits: { seconds: 1 }, watch: { now } });
    expect(result).toMatchObject({ verdict: "bounded", bounds: ["seconds"] });
  });

  test("whoever interrupts gets what was found so far", () => {
    const it = search(peterson(3), { watch: { isInterrupted: () => true } });
    expect(it.advance(10_000)).toBe(false);
    expect(it.result()).toMatchObject({ verdict: "bounded", bounds: ["interrupted"] });
  });

  test("progress is told as the clock goes on", () => {
    const told: Progress[] = [];
    let ms = 0;
    const now = () => (ms += 200);
    explore(peterson(3), { watch: { now, onProgress: (it) => told.push(it) } });
    expect(told.length).toBeGreaterThan(5);
    expect(told.at(-1)?.states).toBeGreaterThan(10_000);
  });
});

describe("a checkpoint", () => {
  /** A search that was stopped in the middle. */
  function saved(): Uint8Array<ArrayBuffer> {
    const it = search(peterson(3));
    expect(it.advance(3000)).toBe(true);
    return it.save();
  }

  test("lets another search go on, to the same end", () => {
    const resume = saved();
    const { states, transitions, depth, verdict } = explore(peterson(3), { resume });
    expect({ states, transitions, depth, verdict }).toEqual({
      states: 12_498,
      transitions: 33_369,
      depth: 53,
      verdict: "ok",
    });
  });

  test("keeps the way to a failure that is found later", () => {
    const options = { fails: true };
    const it = search(kernelK(2, 2, options));
    it.advance(100);
    const found = failureOf(explore(kernelK(2, 2, options), { resume: it.save() }));
    expect(found.moves).toEqual(failureOf(explore(kernelK(2, 2, options))).moves);
  });

  test.each([
    ["damaged", (bytes: Uint8Array) => bytes.with(100, (bytes[100] ?? 0) ^ 1), "checksum"],
    ["cut off", (bytes: Uint8Array) => bytes.slice(0, -4), "checksum"],
    ["something else", (bytes: Uint8Array) => bytes.fill(7), "it is something else"],
    ["empty", () => new Uint8Array(0), "it is cut off"],
  ])("that is %s is refused", (_, damage, why) => {
    expect(() => explore(peterson(3), { resume: damage(saved()) })).toThrow(why);
  });

  test("of another model is refused", () => {
    expect(() => explore(peterson(2), { resume: saved() })).toThrow("not one of peterson 2");
    expect(() => explore(peterson(3), { resume: saved(), fuse: true })).toThrow("not so explored");
  });

  test("cannot be had of a search that forgets states", () => {
    const it = search(peterson(3), { store: "fingerprint" });
    expect(() => it.save()).toThrow(CheckpointError);
  });
});

describe("random runs", () => {
  test("find what is common, the same with the same seed", () => {
    const run = () =>
      walk(crossedLocks(), { random: randomWords([1, 2, 3, 4]), runs: 100, steps: 10 });
    expect(failureOf(run()).property).toBe("deadlock");
    expect(run().counterexample?.moves).toEqual(run().counterexample?.moves);
  });

  test("verify nothing", () => {
    const result = walk(ringBuffer(3), { random: randomWords([1, 2, 3, 4]), runs: 10, steps: 100 });
    expect(result).toMatchObject({ verdict: "bounded", bounds: ["runs"] });
  });

  test("without preemptions two agents never come between each other's locks", () => {
    const options = { random: randomWords([1, 2, 3, 4]), runs: 300, steps: 10 };
    expect(walk(crossedLocks(), { ...options, preemptions: 0 }).verdict).toBe("bounded");
    expect(failureOf(walk(crossedLocks(), { ...options, preemptions: 1 })).property).toBe(
      "deadlock",
    );
  });
});

describe("everything ends", () => {
  /** One waits, busily, for what the other one does. */
  const busyWait = (sets: boolean) =>
    defineModel("busy wait", (model) => {
      const flag = model.cell("flag");
      const spins = model.cell("spins");
      model.agent("waiter", {
        look() {
          if (flag.value === 1) return END;
          spins.value = 1 - spins.value;
          return "look";
        },
      });
      model.agent("setter", {
        set() {
          flag.value = sets ? 1 : 0;
          return END;
        },
      });
    });

  test("if whoever is waited for gets his turn", () => {
    expect(findEndless(busyWait(true))).toMatchObject({ isComplete: true, endless: undefined });
  });

  test("unless he does not do it: the circle is shown", () => {
    const { endless } = findEndless(busyWait(false));
    expect(endless?.circle.map(({ action }) => action)).toEqual([0, 0]);
  });

  test("unless two make way for each other for ever, though both act", () => {
    const polite = defineModel("polite", (model) => {
      const sides = model.cells("side", 2);
      for (const me of [0, 1]) {
        const [mine, other] = [sides.of(me), sides.of(1 - me)];
        model.agent(`walker ${me}`, {
          pass() {
            if (mine.value !== other.value) return END;
            return "sidestep";
          },
          sidestep() {
            mine.value = 1 - mine.value;
            return "pass";
          },
        });
      }
    });
    const { endless } = findEndless(polite);
    expect(new Set(endless?.circle.map(({ action }) => action))).toEqual(new Set([0, 1]));
  });

  test("Peterson's processes never stop, and each of them acts in the circle", () => {
    const { endless, states } = findEndless(peterson(2));
    expect(states).toBe(196);
    expect(new Set(endless?.circle.map(({ action }) => action))).toEqual(new Set([0, 1]));
  });
});

test("a goal that nothing reaches is a failure, not a pass", () => {
  const model = defineModel("vacuous", (builder) => {
    builder.goal("the moon");
    builder.agent("idler", { rest: () => END });
  });
  expect(explore(model)).toMatchObject({ verdict: "fail", unreached: ["the moon"] });
});

test("an agent that touches more than its declared future is found out", () => {
  const model = defineModel("liar", (builder) => {
    const secret = builder.cell("secret");
    const future = { go: { reads: [], writes: [] } };
    builder.agent("liar", { go: () => (secret.value++ === 0 ? END : BLOCKED) }, { future });
  });
  expect(() => explore(model, { reduce: true })).toThrow(
    "liar touches more than its declared future",
  );
});

test("a cell that overflows is named", () => {
  const model = defineModel("counter", (builder) => {
    const count = builder.cell("count");
    builder.agent("counter", {
      add() {
        count.value++;
        return "add";
      },
    });
  });
  expect(() => explore(model)).toThrow("count = 256: a cell holds 0 to 255");
});

describe("a step that throws", () => {
  /** Counts to three and then stumbles, as a model does that has a mistake. */
  const stumbler = (isMended: boolean) =>
    defineModel("stumbler", (builder) => {
      const count = builder.cell("count");
      builder.agent("counter", {
        add() {
          if (count.value === 3 && !isMended) throw new RangeError("no fourth");
          count.value = (count.value + 1) % 8;
          return "add";
        },
      });
    });

  test.each([{}, { order: "depth" }, { store: "fingerprint" }, { fuse: true }] as const)(
    "is named with its agent and label: %j",
    (options) => {
      expect(() => explore(stumbler(false), options)).toThrow(
        "stumbler: counter throws at add: no fourth",
      );
    },
  );

  test("loses nothing: what was found is saved, and a mended model goes on with it", () => {
    const it = search(stumbler(false));
    expect(() => it.advance(100)).toThrow("no fourth");
    expect(it.result()).toMatchObject({ states: 4, transitions: 3, verdict: "bounded" });
    const resumed = explore(stumbler(true), { resume: it.save() });
    expect(resumed).toMatchObject({ verdict: "ok", states: 8, transitions: 8 });
  });
});

test("a property of states that throws is no verdict", () => {
  const model = defineModel("careless", (builder) => {
    const count = builder.cell("count");
    builder.agent("counter", { add: () => (count.value++ < 2 ? "add" : END) });
    builder.invariant("small", [count], () => {
      if (count.peek() === 2) throw new TypeError("two is beyond me");
      return true;
    });
  });
  expect(() => explore(model)).toThrow("careless: property small throws: two is beyond me");
});

test("a model whose states never end stops at the memory that is allowed, with a statement", () => {
  const endless = defineModel("odometer", (builder) => {
    const digits = builder.cells("digit", 8);
    builder.agent("driver", {
      drive() {
        for (const digit of digits.cells) {
          digit.value = (digit.value + 1) % 256;
          if (digit.value !== 0) break;
        }
        return "drive";
      },
    });
  });
  const limits = { bytes: 2 ** 21 };
  for (const options of [{ limits }, { limits, order: "depth", store: "fingerprint" }] as const)
    expect(explore(endless, options)).toMatchObject({ verdict: "bounded", bounds: ["bytes"] });
});
