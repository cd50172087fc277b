import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleLayout } from "../abi/index.ts";
import { FakeRing } from "./fake-ring.ts";
import { OneTrap } from "./one-trap.ts";
import { RawHit } from "./raw-hit.ts";

const REGISTERS = 3;
const layout = sampleLayout({ identifier: true, regsIntr: true });

/** Which spot each of four pieces belongs to: two spots of two pieces each. */
const SPOT_OF = [0, 0, 1, 1] as const;

/** One instruction that was executed: which pieces it touched, how often in a row, and its state. */
interface Access {
  readonly tid: number;
  readonly ip: number;
  readonly registers: readonly number[];
  readonly pieces: readonly number[];
  readonly times: number;
}

/** The spots told of, one entry for each access that `isNew` says there was. */
function told(accesses: readonly Access[]): number[] {
  const ring = new FakeRing({ cpu: 0 });
  const pieces: number[] = [];
  for (const { pieces: touched, times, ...sample } of accesses) {
    for (let time = 0; time < times; time += 1) {
      for (const piece of touched) {
        ring.writeSample(layout, sample);
        pieces.push(piece);
      }
    }
  }
  const oneTrap = new OneTrap(layout, REGISTERS);
  const hit = new RawHit(layout);
  const seen: number[] = [];
  ring.cursor.refresh();
  for (const piece of pieces) {
    hit.read(ring);
    hit.spot = SPOT_OF[piece] ?? 0;
    if (oneTrap.isNew(ring.cursor, hit, piece)) seen.push(hit.spot);
    ring.cursor.advance();
  }
  expect(ring.cursor.hasRecord).toBe(false);
  return seen;
}

/** Registers decide what is touched: with equal ones the same instruction touches the same. */
const accesses = fc.array(
  fc
    .record({
      tid: fc.integer({ min: 1, max: 2 }),
      ip: fc.integer({ min: 1, max: 2 }),
      state: fc.integer({ min: 0, max: 3 }),
      times: fc.integer({ min: 1, max: 3 }),
    })
    .map(
      ({ tid, ip, state, times }): Access => ({
        tid,
        ip,
        registers: [7, state, 9],
        pieces: [[0], [0, 1], [1, 2], [0, 1, 2, 3]][(state + ip) % 4] ?? [],
        times,
      }),
    ),
  { maxLength: 30 },
);

test("any accesses: each tells once of each spot that it touched, however many registers fired", () => {
  fc.assert(
    fc.property(accesses, (made) => {
      const expected = made.flatMap(({ pieces, times }) => {
        const spots = [...new Set(pieces.map((piece) => SPOT_OF[piece] ?? 0))];
        return Array(times).fill(spots).flat();
      });
      expect(told(made)).toEqual(expected);
    }),
  );
});

const access = { tid: 1, ip: 1, registers: [1, 2, 3], pieces: [0, 1], times: 1 };

test("a store that straddles two registers is one access", () => {
  expect(told([access])).toEqual([0]);
});

test("repeated with equal registers it is as many accesses as repetitions", () => {
  expect(told([{ ...access, times: 5 }])).toEqual([0, 0, 0, 0, 0]);
});

test("the next iteration of a string instruction is another access, for its registers differ", () => {
  const next = { ...access, registers: [1, 2, 4], pieces: [1] };
  expect(told([{ ...access, pieces: [0] }, next])).toEqual([0, 0]);
});

test("another thread at the same instruction is another access", () => {
  expect(
    told([
      { ...access, pieces: [0] },
      { ...access, tid: 2, pieces: [1] },
    ]),
  ).toEqual([0, 0]);
});

test("rings are told apart: what fires on two CPUs is two accesses", () => {
  const rings = [new FakeRing({ cpu: 0 }), new FakeRing({ cpu: 1 })];
  const oneTrap = new OneTrap(layout, REGISTERS);
  const hit = new RawHit(layout);
  const seen = rings.map((ring, piece) => {
    ring.writeSample(layout, access);
    ring.cursor.refresh();
    hit.read(ring);
    return oneTrap.isNew(ring.cursor, hit, piece);
  });
  expect(seen).toEqual([true, true]);
});
