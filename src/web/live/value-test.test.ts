import { expect, test } from "vitest";
import type { RecordedSpot } from "../../recording/index.ts";
import { valueTest } from "./value-test.ts";

const SPOT: RecordedSpot = {
  ...{ name: "state", address: 0n, length: 4, mode: "w", registers: 1 },
  type: {
    ...{ kind: "enum", name: "enum state", size: 4, signed: false },
    values: [
      { name: "IDLE", value: "0" },
      { name: "BUSY", value: "3" },
    ],
  },
};

/** Which of these pass. */
function passing(text: string): readonly number[] {
  const test = valueTest(text, [SPOT]);
  if (!test.ok) throw new Error(test.error);
  return [-2, 0, 1, 3, 16, Number.NaN].filter(test.value);
}

test("a number, a comparison, a range and an enumerator's name are understood", () => {
  expect(passing("3")).toEqual([3]);
  expect(passing(" = 0x10 ")).toEqual([16]);
  expect(passing("-2")).toEqual([-2]);
  expect(passing(">= 1")).toEqual([1, 3, 16]);
  expect(passing("!= 0")).toEqual([-2, 1, 3, 16]);
  expect(passing("-2..1")).toEqual([-2, 0, 1]);
  expect(passing("BUSY")).toEqual([3]);
  expect(passing("< BUSY")).toEqual([-2, 0, 1]);
});

test("anything else is refused with what could be typed", () => {
  for (const text of ["many", "=> 3", "1..", "..", "<"]) {
    expect(valueTest(text, [SPOT])).toEqual({
      ...{ ok: false, error: "try 5, != 0, >= 0x10, 1..9 or an enumerator's name" },
    });
  }
});
