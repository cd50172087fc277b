import { expect, test } from "vitest";
import { upgraded } from "./upgrade.ts";

test("a record goes through the steps of all versions between its own and the newest", () => {
  const steps = {
    1: ({ kind, value }: { kind: number; value: unknown }) => ({ kind, value: `${value}, by 2` }),
    3: ({ kind, value }: { kind: number; value: unknown }) => ({
      kind: kind + 1,
      value: `${value}, by 4`,
    }),
  };
  expect(upgraded({ kind: 7, value: "of 1" }, 1, steps, 4)).toEqual({
    kind: 8,
    value: "of 1, by 2, by 4",
  });
  expect(upgraded({ kind: 7, value: "of 3" }, 3, steps, 4)).toEqual({
    kind: 8,
    value: "of 3, by 4",
  });
  expect(upgraded({ kind: 7, value: "of 4" }, 4, steps, 4)).toEqual({ kind: 7, value: "of 4" });
});
