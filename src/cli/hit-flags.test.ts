import { describe, expect, test } from "vitest";
import { formatValue } from "../wording/index.ts";
import { toHitOptions } from "./hit-flags.ts";
import { parseNames, parseShare } from "./parse.ts";

describe("shares are percentages or fractions", () => {
  test.each([
    ["2%", 0.02],
    ["0.5%", 0.005],
    ["0.02", 0.02],
    [".02", 0.02],
    ["100%", 1],
    ["1", 1],
  ])("%s is %d", (text, share) => {
    expect(parseShare("--max-overhead", text)).toBeCloseTo(share, 12);
  });

  test.each(["", "%", "0", "0%", "101%", "2", "-1%", "2 %"])("%j is refused", (text) => {
    expect(() => parseShare("--max-overhead", text)).toThrow(/not a share: try 2% or 0.02/);
  });
});

test("a comma between brackets belongs to the name", () => {
  expect(parseNames("--unless-from", "f, ns::g")).toEqual(["f", "ns::g"]);
  expect(parseNames("--unless-from", "map<int, int>::at,f(int, char)")).toEqual([
    "map<int, int>::at",
    "f(int, char)",
  ]);
  expect(() => parseNames("--unless-from", "f,,g")).toThrow(/a name is missing/);
  expect(() => parseNames("--unless-from", "")).toThrow(/a name is missing/);
});

test("flags become options, and what was not given is not there", () => {
  expect(toHitOptions({})).toEqual({});
  const flags = { if: "value", unlessFrom: ["f"], ignore: "3", every: "2", maxRate: "9" };
  expect(toHitOptions({ ...flags, maxOverhead: "2%", stop: true, changes: true })).toEqual({
    condition: "value",
    unlessFrom: ["f"],
    ignore: 3,
    every: 2,
    maxRate: 9,
    maxOverhead: 0.02,
    stop: true,
    changes: true,
  });
  const both = { unlessFrom: [], failOnHit: true, failOnNoHit: true };
  expect(() => toHitOptions(both)).toThrow("give one of them");
});

describe("a value is written as people read it", () => {
  test.each([
    [0n, 1, "0"],
    [200n, 1, "200"],
    [0xffff_ffffn, 4, "4294967295"],
    [0x1_0000_0000n, 8, "0x100000000"],
    [1n, 16, `0x${"1".padStart(32, "0")}`],
  ])("%d of %d bytes is %s", (value, length, text) => {
    expect(formatValue(value, { length })).toBe(text);
  });

  test("with its sign where its type has one", () => {
    expect(formatValue(0xffn, { length: 1, signed: true })).toBe("-1");
    expect(formatValue(0xffff_ffff_ffff_fffen, { length: 8, signed: true })).toBe("-2");
  });
});

test("perf's names of flags mean the same, and are not given beside ours", () => {
  expect(toHitOptions({ filter: "value", count: "3" })).toEqual({ condition: "value", every: 3 });
  const both = () => toHitOptions({ if: "value", filter: "old" });
  expect(both).toThrow("--if and --filter mean the same: give one of them");
});
