import fc from "fast-check";
import { expect, test } from "vitest";
import { toJson } from "./json-view.ts";

test("JSON keeps all digits of whole numbers, and is what JSON.stringify makes of the rest", () => {
  expect(toJson({ time: 18_446_744_073_709_551_615n })).toBe('{"time":18446744073709551615}');
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(toJson(value)).toBe(JSON.stringify(value));
    }),
  );
});
