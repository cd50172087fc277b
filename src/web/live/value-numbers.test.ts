import fc from "fast-check";
import { expect, test } from "vitest";
import { HitTable, numberAt, type RecordedSpot, type RecordedType } from "../../recording/index.ts";
import { numberOfHit } from "./value-numbers.ts";

const TYPES: readonly (RecordedType | undefined)[] = [
  undefined,
  { kind: "float", name: "double", size: 8 },
  {
    ...{ kind: "bits", name: "", size: 4, bitOffset: 3, bitSize: 7 },
    base: { kind: "int", name: "int", size: 4, signed: true },
  },
];

test("a hit's number is the one that its spot's type makes of its bytes", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.constantFrom(1, 2, 4, 8, 16),
      fc.boolean(),
      fc.constantFrom(...TYPES),
      (value, length, signed, type) => {
        const spot: RecordedSpot = {
          ...{ name: "it", address: 0n, length, mode: "w", registers: 1, signed, type },
        };
        const raw = BigInt.asUintN(8 * Math.min(length, 8), value);
        const hits = new HitTable(0n);
        hits.add({
          ...{ base: 1n, offset: 0, thread: 0, cpu: 0, site: 0, stack: -1, repeat: 1 },
          ...{ oldValue: undefined, newValue: raw, rebuilt: false },
        });
        expect(numberOfHit(spot, hits, 0)).toBe(Number(numberAt(spot, raw) ?? Number.NaN));
      },
    ),
  );
});
