import fc from "fast-check";
import { expect, test } from "vitest";
import { State } from "./state.ts";

const WORDS = 40;
const writes = fc.array(
  fc.record({ at: fc.nat(WORDS - 1), value: fc.integer({ min: -3, max: 300 }) }),
  { maxLength: 200 },
);
const newState = (seed = 1) =>
  new State(
    Array.from({ length: WORDS }, (_, at) => at % 50),
    seed,
  );

test("undo restores every word and the hash, from any point of any history", () => {
  fc.assert(
    fc.property(writes, writes, (before, after) => {
      const state = newState();
      for (const { at, value } of before) state.set(at, value);
      const words = Array.from(state.words);
      const hash = [state.hashLow, state.hashHigh];
      const mark = state.mark();
      for (const { at, value } of after) state.set(at, value);
      state.undo(mark);
      expect(Array.from(state.words)).toEqual(words);
      expect([state.hashLow, state.hashHigh]).toEqual(hash);
    }),
  );
});

test("the hash that follows each write equals the hash computed from nothing", () => {
  fc.assert(
    fc.property(writes, fc.integer(), (history, seed) => {
      const state = newState(seed);
      for (const { at, value } of history) state.set(at, value);
      expect({ low: state.hashLow, high: state.hashHigh }).toEqual(state.fullHash());
    }),
  );
});

test("100,000 different states of one word have 100,000 different hashes", () => {
  const state = newState();
  const seen = new Set<string>();
  for (let value = 0; value < 100_000; value++) {
    state.set(7, value);
    seen.add(`${state.hashLow} ${state.hashHigh}`);
  }
  expect(seen.size).toBe(100_000);
});

test("the footprint names the objects that were read and written, and no other", () => {
  const state = newState();
  state.set(3, 1);
  state.get(35);
  expect(state.footprint).toEqual({
    readLow: 0,
    readHigh: 1 << 3,
    writtenLow: 1 << 3,
    writtenHigh: 0,
  });
  state.clearFootprint();
  expect(Object.values(state.footprint)).toEqual([0, 0, 0, 0]);
});
