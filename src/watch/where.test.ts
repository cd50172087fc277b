import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WatchMode } from "../arch/index.ts";
import { formatWhere, parseWhere, type Where } from "./where.ts";

/** The place, length and mode that a text means, or what is wrong and where. */
function meaning(text: string): string {
  const where = parseWhere(text);
  if (where.ok) return formatWhere(where.value);
  return `column ${where.error.column}: ${where.error.problem}`;
}

describe("three spellings mean the same", () => {
  test.each([
    ["0x404100/8:w", "0x404100/8:w"],
    ["404100/8", "0x404100/8:w"],
    ["0X404100", "0x404100:w"],
    ["ffffffff82a12340", "0xffffffff82a12340:w"],
    ["0x404100/0x10:rw", "0x404100/16:rw"],
    ["mem:0x404100/8:w", "0x404100/8:w"],
    ["mem:0x404100", "0x404100/4:rw"],
    ["mem:404100:x", "0x404100:x"],
    ["watchpoint:0x404100:8:w", "0x404100/8:w"],
    ["w:0x404100:4:rw", "0x404100/4:rw"],
    ["watchpoint:0x404100:4:wr", "0x404100/4:rw"],
  ])("%s is %s", (text, canonical) => {
    expect(meaning(text)).toBe(canonical);
  });
});

describe("symbols", () => {
  test.each([
    ["counter", "counter:w"],
    ["counter:x", "counter:x"],
    ["counter/4:r", "counter/4:r"],
    ["lib.so:counter", "lib.so:counter:w"],
    ["lib.so.6:counter/2:rw", "lib.so.6:counter/2:rw"],
    ["/usr/lib/lib.so:counter/2", "/usr/lib/lib.so:counter/2:w"],
    ["memcpy@GLIBC_2.14:x", "memcpy@GLIBC_2.14:x"],
    ["face", "face:w"],
    ["ns::Class::member", "ns::Class::member:w"],
    ["lib.so:ns::member:rw", "lib.so:ns::member:rw"],
  ])("%s is %s", (text, canonical) => {
    expect(meaning(text)).toBe(canonical);
  });
});

describe("what is wrong is said with its column", () => {
  test.each([
    ["", "column 0: is no address"],
    ["0x", "column 0: is no address"],
    ["12zz", "column 0: is no address"],
    ["0x1_0000", "column 0: is no address"],
    ["0x10000000000000000", "column 0: is no address"],
    ["0x404100/8:q", "column 11: is no mode"],
    ["0x404100:", "column 9: is no mode"],
    ["0x404100/", "column 9: is no length"],
    ["0x404100/0", "column 9: is no length"],
    ["0x404100/eight", "column 9: is no length"],
    ["counter/-1", "column 8: is no length"],
    ["mem:counter/8:w", "column 4: is no address"],
    ["watchpoint:0x404100:8", "column 21: has not four parts"],
    ["watchpoint:0x404100:x:w", "column 20: is no length"],
    ["watchpoint:0x404100:8:z", "column 22: is no mode"],
    ["0xffffffffffffffff/2", "column 0: ends behind the last address"],
    ["two words", "column 3: cannot be in a symbol"],
  ])("%s: %s", (text, problem) => {
    expect(meaning(text)).toBe(problem);
  });
});

const addresses = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n - 2n ** 20n });
const places: fc.Arbitrary<Where["place"]> = fc.oneof(
  addresses.map((address) => ({ kind: "address" as const, address })),
  fc.record({
    kind: fc.constant("symbol" as const),
    name: fc.stringMatching(/^[A-Za-z_]\w{4,12}$/),
    object: fc.stringMatching(/^lib\w{1,8}\.so$/),
  }),
);
const wheres = fc.record({
  place: places,
  length: fc.option(fc.integer({ min: 1, max: 2 ** 20 }), { nil: undefined }),
  mode: fc.constantFrom<WatchMode>("r", "w", "rw", "x"),
});

test("what is printed is read back as the same", () => {
  fc.assert(
    fc.property(wheres, (where) => {
      const text = formatWhere({ ...where, text: "" });
      expect(parseWhere(text)).toEqual({ ok: true, value: { ...where, text } });
    }),
  );
});

test("any text is understood or refused with a column inside it, and never throws", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.stringMatching(/^(mem:|watchpoint:|w:)?[0-9a-fx/:rw.@_]{0,24}$/),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const where = parseWhere(text);
      if (where.ok) return;
      expect(where.error.column).toBeGreaterThanOrEqual(0);
      expect(where.error.column).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2_000 },
  );
});
