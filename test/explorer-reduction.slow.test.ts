import { expect, test } from "vitest";
import { type ExploreOptions, explore } from "../src/explore/index.ts";
import { randomModel } from "./random-model.ts";

/** `npm run nightly:explore` asks for a hundred thousand. */
const PROGRAMS = Number(process.env.EXPLORE_PROGRAMS ?? 2000);

function observed(seed: number, options: ExploreOptions) {
  const { model, ends, seen } = randomModel(seed);
  const { verdict, states, transitions } = explore(model, options);
  const observations = [...seen].sort();
  return { seed, verdict, ends: [...ends].sort(), observations, counts: { states, transitions } };
}

test(`reduced and full exploration of ${PROGRAMS} random programs end in the same states, and see the same`, () => {
  let full = 0;
  let reduced = 0;
  let smaller = 0;
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const { counts: all, ...expected } = observed(seed, {});
    const { counts: some, ...found } = observed(seed, { reduce: true });
    expect(found).toEqual(expected);
    full += all.states;
    reduced += some.states;
    if (some.states < all.states) smaller++;
  }
  expect(reduced).toBeLessThan(full / 2);
  expect(smaller).toBeGreaterThan(PROGRAMS / 2);
}, 3_600_000);

test("so do programs in which only hashes are kept, and in which forced steps are fused", () => {
  for (let seed = 1; seed <= PROGRAMS / 10; seed++) {
    const { counts, ...expected } = observed(seed, {});
    const hashed = observed(seed, { store: "fingerprint" });
    expect(hashed).toEqual({ counts, ...expected });
    for (const options of [{ store: "fingerprint", reduce: true }, { fuse: true }] as const) {
      const { counts: _, ...found } = observed(seed, options);
      expect(found).toEqual(expected);
    }
  }
});
