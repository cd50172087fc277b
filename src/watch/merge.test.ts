import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PERF_RECORD_FORK, PERF_RECORD_LOST, sampleLayout } from "../abi/index.ts";
import type { ArmedRing } from "./arming.ts";
import { FakeRing } from "./fake-ring.ts";
import { RingMerge } from "./merge.ts";

const layout = sampleLayout({ identifier: true });
const all = () => false;

/** One record of a lane: when it was, 0 for one that has no time of its own. */
interface Taken {
  readonly lane: number;
  readonly time: number;
}

/** Rings filled with records at these times; `merge` notes what it takes. */
function lanes(hits: readonly (readonly number[])[], sides: readonly (readonly number[])[]) {
  const taken: Taken[] = [];
  const hitRings = hits.map((times) => {
    const ring = new FakeRing();
    for (const time of times) writeHit(ring, time);
    return ring;
  });
  const sideRings = sides.map((times) => {
    const ring = new FakeRing();
    for (const time of times) ring.write(PERF_RECORD_FORK, [0, 0, 0, 0, 0, 0, time, 0]);
    return ring;
  });
  const rings = [...hitRings, ...sideRings];
  const laneOf = new Map<ArmedRing, number>(rings.map((ring, lane) => [ring, lane]));
  const note = (timeAt: (ring: ArmedRing) => number) => (ring: ArmedRing) => {
    taken.push({ lane: laneOf.get(ring) ?? -1, time: timeAt(ring) });
  };
  const hitTime = ({ cursor }: ArmedRing) =>
    cursor.type === PERF_RECORD_LOST ? 0 : cursor.word(layout.time);
  const merge = new RingMerge(
    { rings: hitRings, timeWord: layout.time, take: note(hitTime) },
    { rings: sideRings, timeWord: 2, take: note(({ cursor }) => cursor.word(8)) },
  );
  return { merge, taken, rings };
}

/** A hit at `time`, or a record of lost ones for a time of 0. */
function writeHit(ring: FakeRing, time: number): void {
  if (time === 0) ring.write(PERF_RECORD_LOST, [0, 0, 5, 0]);
  else ring.writeSample(layout, { time, tid: 1 });
}

const sorted = (least: number) =>
  fc.array(fc.integer({ min: least, max: 200 }), { maxLength: 30 }).map((times) => {
    const inOrder = times.filter((time) => time > 0).sort((a, b) => a - b);
    let next = 0;
    return times.map((time) => (time === 0 ? 0 : (inOrder[next++] ?? 0)));
  });
const hitTimes = fc.array(sorted(0), { minLength: 1, maxLength: 4 });
const sideTimes = fc.array(sorted(1), { maxLength: 3 });

describe("any records in any number of rings", () => {
  test("are taken once, in the order of time, and in the order of each ring", () => {
    fc.assert(
      fc.property(hitTimes, sideTimes, (hits, sides) => {
        const { merge, taken, rings } = lanes(hits, sides);
        merge.drain(Number.POSITIVE_INFINITY, all);
        const timed = taken.map(({ time }) => time).filter((time) => time > 0);
        expect(timed).toEqual(timed.toSorted((a, b) => a - b));
        [...hits, ...sides].forEach((times, lane) => {
          expect(taken.filter((it) => it.lane === lane).map(({ time }) => time)).toEqual(times);
        });
        for (const ring of rings) expect(ring.tail).toBe(ring.head);
      }),
    );
  });

  test("are taken up to the horizon and no further, and the rest at the next drain", () => {
    const horizons = fc.array(fc.integer({ min: 0, max: 220 }), { maxLength: 5 });
    fc.assert(
      fc.property(hitTimes, sideTimes, horizons, (hits, sides, steps) => {
        const { merge, taken } = lanes(hits, sides);
        for (const horizon of steps.toSorted((a, b) => a - b)) {
          merge.drain(horizon, all);
          const waiting = [...hits, ...sides].flat().filter((time) => time <= horizon && time > 0);
          const seen = taken.filter(({ time }) => time > 0);
          expect(seen).toHaveLength(waiting.length);
        }
        merge.drain(Number.POSITIVE_INFINITY, all);
        expect(taken).toHaveLength([...hits, ...sides].flat().length);
      }),
    );
  });

  test("are taken as long as there is not enough, one by one", () => {
    fc.assert(
      fc.property(hitTimes, sideTimes, fc.integer({ min: 0, max: 20 }), (hits, sides, most) => {
        const { merge, taken } = lanes(hits, sides);
        const total = [...hits, ...sides].flat().length;
        merge.drain(Number.POSITIVE_INFINITY, () => taken.length >= most);
        expect(taken).toHaveLength(Math.min(most, total));
        merge.drain(Number.POSITIVE_INFINITY, all);
        expect(taken).toHaveLength(total);
      }),
    );
  });
});

test("a fork on one CPU is read before the child's first hit on another", () => {
  const { merge, taken } = lanes(
    [
      [120, 130],
      [90, 110],
    ],
    [[100]],
  );
  merge.drain(Number.POSITIVE_INFINITY, all);
  expect(taken.map(({ time }) => time)).toEqual([90, 100, 110, 120, 130]);
});

test("times beyond 32 bits are compared as a whole", () => {
  const early = new FakeRing();
  const late = new FakeRing();
  const order: string[] = [];
  // 0x1_0000_0001 and 0x0_ffff_ffff: the low halves alone would say otherwise.
  late.write(PERF_RECORD_FORK, [0, 0, 0, 0, 0, 0, 1, 1]);
  early.write(PERF_RECORD_FORK, [0, 0, 0, 0, 0, 0, 0xffff_ffff, 0]);
  const take = (ring: ArmedRing) => order.push(ring === early ? "early" : "late");
  const hits = { rings: [], timeWord: layout.time, take };
  new RingMerge(hits, { rings: [late, early], timeWord: 2, take }).drain(
    Number.POSITIVE_INFINITY,
    all,
  );
  expect(order).toEqual(["early", "late"]);
});

test("space is given back while a long drain goes on, not only at its end", () => {
  const times = Array.from({ length: 1_500 }, (_, i) => i + 1);
  const { merge, taken, rings } = lanes([times], []);
  let givenBack = 0;
  merge.drain(Number.POSITIVE_INFINITY, () => {
    if (taken.length < 1_400) givenBack = rings[0]?.tail ?? 0;
    return false;
  });
  expect(givenBack).toBeGreaterThan(0);
});
