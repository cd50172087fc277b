import fc from "fast-check";
import { expect, test } from "vitest";
import { OneEventPerThread } from "./one-event.ts";

/** One access by a thread on a CPU to a piece; each event that covers it there tells of it. */
const accesses = fc.array(
  fc.record({
    tid: fc.integer({ min: 1, max: 4 }),
    cpu: fc.integer({ min: 0, max: 3 }),
    pieceIndex: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 60 },
);

/** Ids of the events that cover a thread on a CPU: each is opened for one CPU and one piece. */
const covering = (
  doubles: ReadonlySet<number>,
  at: { tid: number; cpu: number },
  piece: number,
) => {
  const inherited = 1_000 + at.cpu * 10 + piece;
  const own = 2_000 + at.tid * 100 + at.cpu * 10 + piece;
  return doubles.has(at.tid) ? [inherited, own] : [inherited];
};

test("any accesses of threads that move between CPUs: each counts once, whoever is covered twice", () => {
  const doubles = fc.uniqueArray(fc.integer({ min: 1, max: 4 })).map((tids) => new Set(tids));
  fc.assert(
    fc.property(accesses, doubles, (made, twice) => {
      const oneEvent = new OneEventPerThread();
      for (const { pieceIndex, ...at } of made) {
        const counted = covering(twice, at, pieceIndex).filter((event) =>
          oneEvent.counts(at, pieceIndex, event),
        );
        expect(counted).toHaveLength(1);
      }
    }),
  );
});

test("a number that is another thread's now counts by that one's events", () => {
  const oneEvent = new OneEventPerThread();
  const at = { tid: 7, cpu: 0 };
  expect(oneEvent.counts(at, 0, 1)).toBe(true);
  expect(oneEvent.counts(at, 0, 2)).toBe(false);
  oneEvent.forget(7);
  expect(oneEvent.counts(at, 0, 2)).toBe(true);
  expect(oneEvent.counts(at, 0, 1)).toBe(false);
});
