import { describe, expect, test } from "vitest";
import { peterson } from "../examples/explore/peterson.ts";
import { ringBuffer } from "../examples/explore/ring-buffer.ts";
import { type Exploration, explore } from "../src/explore/index.ts";

const counts = ({ states, transitions, depth }: Exploration) => ({ states, transitions, depth });

describe("models whose size is known from other tools", () => {
  test("Peterson for three: 12,498 states and 33,369 transitions, 53 deep", () => {
    const result = explore(peterson(3));
    expect(result.verdict).toBe("ok");
    expect(counts(result)).toEqual({ states: 12_498, transitions: 33_369, depth: 53 });
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
