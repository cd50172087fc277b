import fc from "fast-check";
import { expect, test } from "vitest";
import { Pyramid } from "./pyramid.ts";
import { RunningTotals } from "./running-totals.ts";

const numbers = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { maxLength: 700 });
const stretch = fc.tuple(fc.nat(700), fc.nat(700));

test("the extent of any stretch is that of its numbers", () => {
  fc.assert(
    fc.property(numbers, stretch, (list, [a, b]) => {
      const pyramid = new Pyramid();
      for (const number of list) pyramid.push(number);
      const [from, to] = [Math.min(a, b, list.length), Math.min(Math.max(a, b), list.length)];
      const part = list.slice(from, to);
      const naive = { least: Math.min(...part), greatest: Math.max(...part) };
      expect(pyramid.extent(from, to)).toEqual(part.length === 0 ? undefined : naive);
    }),
    { numRuns: 500 },
  );
});

test("each level of a pyramid is that of the whole stretches of the numbers below it", () => {
  const list = Array.from({ length: 5_000 }, (_, at) => ((at * 7919) % 10_007) - 5_000);
  const pyramid = new Pyramid();
  for (const number of list) pyramid.push(number);
  expect(pyramid.levels.length).toBe(3);
  for (const [height, { least, greatest }] of pyramid.levels.entries()) {
    const size = 16 ** (height + 1);
    expect(least.length).toBe(Math.floor(list.length / size));
    for (let at = 0; at < least.length; at += 1) {
      const part = list.slice(at * size, (at + 1) * size);
      expect([least.items[at], greatest.items[at]]).toEqual([Math.min(...part), Math.max(...part)]);
    }
  }
});

test("running totals of any stretch are what counting gives, and add up", () => {
  const kinds = fc.array(fc.nat(8), { maxLength: 700 });
  fc.assert(
    fc.property(kinds, stretch, (list, [a, b]) => {
      const totals = new RunningTotals(9);
      for (const kind of list) totals.push(kind);
      const [from, to] = [Math.min(a, b, list.length), Math.min(Math.max(a, b), list.length)];
      const counts = new Uint32Array(9);
      totals.count(from, to, counts);
      const naive = new Uint32Array(9);
      for (const kind of list.slice(from, to)) naive[kind] = (naive[kind] ?? 0) + 1;
      expect(counts).toEqual(naive);
      expect(counts.reduce((sum, it) => sum + it, 0)).toBe(to - from);
    }),
    { numRuns: 500 },
  );
});
