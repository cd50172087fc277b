import { describe, expect, test } from "vitest";
import { parseChoice, parseCount, parseCpus, parseDuration, parseIds, parseSize } from "./parse.ts";

describe("durations are read in the units people type", () => {
  test.each([
    ["10", 10_000],
    ["10s", 10_000],
    ["500ms", 500],
    ["1.5m", 90_000],
    ["2min", 120_000],
    ["2h", 7_200_000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration("--timeout", text)).toBe(ms);
  });

  test.each(["", "s", "10x", "-1s", "1e3", "10 s"])("%j is refused with what would do", (text) => {
    expect(() => parseDuration("--timeout", text)).toThrow(/not a duration: try 10s/);
  });
});

test("ids come in lists, and each must be one", () => {
  expect(parseIds("-p", "12,34")).toEqual([12, 34]);
  expect(() => parseIds("-p", "12,,34")).toThrow('"" is not an id');
  expect(() => parseIds("-p", "0")).toThrow('"0" is not an id');
  expect(() => parseIds("-p", "4294967296")).toThrow("is not an id");
  expect(() => parseIds("-p", "12x")).toThrow('-p 12x: "12x" is not an id: try -p 1234');
});

test("counts are whole and large enough", () => {
  expect(parseCount("--max-hits", "1", 1)).toBe(1);
  for (const text of ["0", "-1", "1.5", "", "99999999999999999999"]) {
    expect(() => parseCount("--max-hits", text, 1)).toThrow("not a whole number of 1 or more");
  }
});

test("sizes take K and M, within what a ring can be", () => {
  expect(parseSize("--ring", "64K")).toBe(65_536);
  expect(parseSize("--ring", "8m")).toBe(8_388_608);
  for (const text of ["1K", "2048M", "64KB", "x"]) {
    expect(() => parseSize("--ring", text)).toThrow("not a size from 4K to 1024M");
  }
});

test("a choice names the others when it is none of them", () => {
  expect(parseChoice("--color", "never", ["auto", "never"])).toBe("never");
  expect(() => parseChoice("--color", "red", ["auto", "never"])).toThrow(
    "--color red: not one of auto, never",
  );
});

test("CPUs come in lists and ranges, each once and in order", () => {
  expect(parseCpus("-C", "3,0-1,1")).toEqual([0, 1, 3]);
  expect(parseCpus("-C", "0-0")).toEqual([0]);
  for (const text of ["", "x", "2-1", "0-", "-1", "0,,1", "99999"]) {
    expect(() => parseCpus("-C", text)).toThrow("is no CPU: try -C 0 or 0,2-3");
  }
});
