import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearestNames } from "./edit-distance.ts";

const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 7 });

/** The definition, without a table. */
function naive(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return naive(restA, restB);
  return 1 + Math.min(naive(restA, restB), naive(a, restB), naive(restA, b));
}

test("the distance is that of the definition, or above the limit if that is", () => {
  fc.assert(
    fc.property(word, word, fc.nat({ max: 8 }), (a, b, limit) => {
      const exact = naive(a, b);
      const found = editDistance(a, b, limit);
      if (exact <= limit) expect(found).toBe(exact);
      else expect(found).toBeGreaterThan(limit);
    }),
  );
});

test("the nearest names come best first, at most five, each once, and none that is far", () => {
  const names = [
    "counter",
    "count",
    "Conter",
    "router",
    "conter",
    "counted",
    "counter",
    "a",
    "cointer",
    "xconter",
  ];
  expect(nearestNames("conter", names)).toEqual([
    "Conter",
    "counter",
    "cointer",
    "xconter",
    "router",
  ]);
});
