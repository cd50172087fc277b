import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/**
 * What the conformance library owes: the rows of Linux's own tests and of what was seen on a live
 * kernel. A scenario names its rows before the first colon of its first line, or it names none.
 */
const ROWS: Readonly<Record<string, readonly string[]>> = {
  kunit: numbered("K", 9),
  perf: numbered("P", 9),
  powerpc: numbered("H", 23),
  arm64: ["B2"],
  sigtrap: numbered("E", 6),
  x86: [
    ..."S1 S2 S4 S6 S9 S13 S17 S18 S21 S22 S25 S27 N7".split(" "),
    ..."A1 A1b A2 A3 A4 A7 A7u A7p A8 A9 A12 A15 A19 A20 A22 A23 A27 A33".split(" "),
    ..."H1 H2 H3 H4 H7 H9 H10 H11 H13 H21 N6 P0".split(" "),
    ..."I9 I14 M1 M2 M3 M4 M7 M11 M13 M15 I1 I3 N1 I8 N2 N3 E2".split(" "),
    ..."T1 T5 T7 T8 T10 T12 T15 T17 T18 B1".split(" "),
  ],
};

function numbered(letter: string, last: number): readonly string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
}

function rowsOf(file: string): readonly string[] {
  const [line = ""] = readFileSync(file, "utf8").split("\n");
  const [head = ""] = line.split(":");
  return head.match(/\b[A-Z]\d+[a-z]?\b/g) ?? [];
}

test.each(Object.entries(ROWS))("each row of %s has its scenario", (prefix, rows) => {
  const files = globSync(`scenarios/conformance/${prefix}-*.scn`);
  const covered = new Set(files.flatMap(rowsOf));
  expect(rows.filter((row) => !covered.has(row))).toEqual([]);
});

const files = ["kunit", "perf", "powerpc", "arm64", "sigtrap", "x86"].flatMap((prefix) =>
  globSync(`scenarios/conformance/${prefix}-*.scn`),
);

test.each(files)("%s names only rows that there are", (file) => {
  const known = Object.values(ROWS).flat();
  expect(rowsOf(file).filter((row) => !known.includes(row))).toEqual([]);
});
