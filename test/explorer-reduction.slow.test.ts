import { describe, expect, test } from "vitest";
import { type ExploreOptions, explore } from "../src/explore/index.ts";
import { randomModel } from "./random-model.ts";

/** `npm run nightly:explore` asks for a hundred thousand, and tells of each piece of them. */
const PROGRAMS = Number(process.env.EXPLORE_PROGRAMS ?? 2000);
const FIRST = Number(process.env.EXPLORE_FIRST ?? 1);
const PIECE = 2000;

function observed(seed: number, options: ExploreOptions) {
  const { model, ends, seen } = randomModel(seed);
  const { verdict, states, transitions } = explore(model, options);
  const observations = [...seen].sort();
  return { seed, verdict, ends: [...ends].sort(), observations, counts: { states, transitions } };
}

function again(seed: number): string {
  const only = `EXPLORE_FIRST=${seed} EXPLORE_PROGRAMS=1`;
  return `to see it again: ${only} npx vitest run --project slow test/explorer-reduction`;
}

const pieces = Array.from({ length: Math.ceil(PROGRAMS / PIECE) }, (_, piece) => ({
  first: FIRST + piece * PIECE,
  last: FIRST + Math.min(PROGRAMS, (piece + 1) * PIECE) - 1,
}));

describe("reduced and full exploration end in the same states, and see the same", () => {
  test.each(pieces)(
    "random programs $first to $last",
    ({ first, last }) => {
      let full = 0;
      let reduced = 0;
      let smaller = 0;
      for (let seed = first; seed <= last; seed++) {
        const { counts: all, ...expected } = observed(seed, {});
        const { counts: some, ...found } = observed(seed, { reduce: true });
        expect(found, again(seed)).toEqual(expected);
        full += all.states;
        reduced += some.states;
        if (some.states < all.states) smaller++;
      }
      if (PROGRAMS > PIECE)
        process.stderr.write(`programs ${first} to ${last}: ${full} states, ${reduced} reduced\n`);
      // Of a single program, nobody knows how much it can be reduced.
      if (last - first < PIECE / 2) return;
      expect(reduced).toBeLessThan(full / 2);
      expect(smaller).toBeGreaterThan((last - first) / 2);
    },
    600_000,
  );
});

test("so do programs of which only hashes are kept, which go depth first, or whose forced steps are fused", () => {
  for (let seed = FIRST; seed < FIRST + Math.ceil(PROGRAMS / 10); seed++) {
    const { counts, ...expected } = observed(seed, {});
    for (const options of [
      { store: "fingerprint" },
      { order: "depth" },
      { order: "depth", store: "fingerprint" },
    ] as const)
      expect(observed(seed, options), again(seed)).toEqual({ counts, ...expected });
    for (const options of [{ store: "fingerprint", reduce: true }, { fuse: true }] as const) {
      const { counts: _, ...found } = observed(seed, options);
      expect(found, again(seed)).toEqual(expected);
    }
  }
}, 3_600_000);
