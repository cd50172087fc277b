import fc from "fast-check";
import { expect, test } from "vitest";
import { GrowingNumbers } from "./growing.ts";

test("what is before a moment is found from anywhere that is not behind it", () => {
  const times = fc.array(fc.nat(300), { maxLength: 300 }).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(times, fc.nat(301), fc.nat(300), (list, limit, hint) => {
      const numbers = new GrowingNumbers();
      for (const time of list) numbers.push(time);
      const naive = list.filter((time) => time < limit).length;
      expect(numbers.before(limit)).toBe(naive);
      expect(numbers.before(limit, Math.min(hint, naive))).toBe(naive);
    }),
    { numRuns: 1_000 },
  );
});
