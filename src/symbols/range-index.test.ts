import fc from "fast-check";
import { expect, test } from "vitest";
import { newColumns } from "./address-order.ts";
import { RangeIndex } from "./range-index.ts";

const BASES = [0n, 0x7fff_0000_0000n, 0xffffffff_81000000n] as const;
const range = fc.record({
  start: fc.nat({ max: 60 }),
  size: fc.oneof(fc.nat({ max: 30 }), fc.constant(0)),
});

function indexOf(ranges: readonly { start: number; size: number }[], base: bigint): RangeIndex {
  const columns = newColumns(ranges.length);
  for (const [row, { start }] of ranges.entries()) {
    columns.low[row] = Number((base + BigInt(start)) & 0xffffffffn);
    columns.high[row] = Number((base + BigInt(start)) >> 32n);
  }
  const sizes = Float64Array.from(ranges, (it) => it.size);
  return new RangeIndex(columns, sizes, Uint32Array.from(ranges.keys()));
}

test("the ranges that contain an address are those that a naive scan finds, nearest start first", () => {
  fc.assert(
    fc.property(
      fc.array(range),
      fc.constantFrom(...BASES),
      fc.nat({ max: 100 }),
      (ranges, base, at) => {
        const found = [...indexOf(ranges, base).containing(base + BigInt(at))];
        const naive = [...ranges.entries()]
          .filter(([, { start, size }]) => start <= at && at < start + size)
          .map(([row]) => row);
        expect(found.toSorted((a, b) => a - b)).toEqual(naive);
        const starts = found.map((row) => ranges[row]?.start ?? 0);
        expect(starts).toEqual(starts.toSorted((a, b) => b - a));
      },
    ),
  );
});

test("the rows nearest below share the greatest start that is not above the address", () => {
  fc.assert(
    fc.property(
      fc.array(range),
      fc.constantFrom(...BASES),
      fc.nat({ max: 100 }),
      (ranges, base, at) => {
        const below = ranges.filter((it) => it.start <= at).map((it) => it.start);
        const nearest = Math.max(-1, ...below);
        const naive = [...ranges.entries()].filter(([, it]) => it.start === nearest);
        expect(indexOf(ranges, base).nearestBelow(base + BigInt(at))).toEqual(
          naive.map(([row]) => row),
        );
      },
    ),
  );
});

test("an address below zero is the last one there is, and in no range", () => {
  const index = indexOf([{ start: 0, size: 10 }], 0n);
  expect([...index.containing(-1n)]).toEqual([]);
});
