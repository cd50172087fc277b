import fc from "fast-check";
import { expect, test } from "vitest";
import { moved, timeAt, timeMarks, within, xOf, zoomed } from "./span.ts";

const span = fc
  .tuple(fc.integer({ min: -1_000, max: 2_000_000 }), fc.integer({ min: 1, max: 2_000_000 }))
  .map(([from, length]) => ({ from, to: from + length }));
const WHOLE = { from: 0, to: 1_000_000 };

test("what is looked at lies within the whole, and keeps its length where it fits", () => {
  fc.assert(
    fc.property(span, (it) => {
      const { from, to } = within(it, WHOLE);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(WHOLE.to);
      expect(to - from).toBe(Math.min(Math.max(it.to - it.from, 20), WHOLE.to));
    }),
  );
});

test("zooming leaves the moment under the pointer where it is; back again is as before", () => {
  fc.assert(
    fc.property(span, fc.double({ min: 0.01, max: 100, noNaN: true }), (it, factor) => {
      const around = (2 * it.from + it.to) / 3;
      const other = zoomed(it, factor, around);
      const width = 1_000;
      expect(xOf({ span: other, width }, around)).toBeCloseTo(width / 3, 3);
      const back = zoomed(other, 1 / factor, around);
      expect(back.from).toBeCloseTo(it.from, 3);
      expect(moved(moved(it, 5), -5)).toEqual(it);
    }),
  );
});

test("a place in a picture and its moment are each other's", () => {
  fc.assert(
    fc.property(span, fc.nat(1_000), (it, x) => {
      const scale = { span: it, width: 1_000 };
      expect(xOf(scale, timeAt(scale, x))).toBeCloseTo(x, 6);
    }),
  );
});

test("marks are round, in the span, told apart by their texts, and have room for them", () => {
  fc.assert(
    fc.property(span, (it) => {
      const scale = { span: it, width: 800 };
      const marks = timeMarks(scale);
      for (const [index, { time }] of marks.entries()) {
        expect(time).toBeGreaterThanOrEqual(it.from);
        expect(time).toBeLessThanOrEqual(it.to);
        const before = marks[index - 1];
        if (before === undefined) continue;
        expect(xOf(scale, time) - xOf(scale, before.time)).toBeGreaterThanOrEqual(100);
      }
      expect(new Set(marks.map(({ text }) => text)).size).toBe(marks.length);
    }),
  );
});
