import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { type Column, textTable } from "./text-table.ts";

const COLUMNS: readonly Column[] = [
  { title: "COUNT", align: "right" },
  { title: "CODE", align: "left", shrinks: true },
  { title: "WATCH", align: "left", shrinks: true },
  { title: "LAST", align: "right" },
];

test("columns are as wide as they need, and empty ones are left out", () => {
  const rows = [
    ["70,000", "fill_row+0x1c", "", "12.300 s"],
    ["1", "main", "", "0.001 s"],
  ];
  expect(textTable(COLUMNS, rows)).toEqual([
    " COUNT  CODE               LAST",
    "70,000  fill_row+0x1c  12.300 s",
    "     1  main            0.001 s",
  ]);
});

test("where the line would not fit, names give way in the middle and numbers never", () => {
  const rows = [["70,000", "a_function_with_quite_a_long_name+0x1c", "", "12.300 s"]];
  expect(textTable(COLUMNS, rows, 36)).toEqual([
    " COUNT  CODE                    LAST",
    "70,000  a_functio…ame+0x1c  12.300 s",
  ]);
});

const rowsOf = fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: 4, maxLength: 4 }), {
  minLength: 1,
});

test("no line is wider than the terminal while its names can give", () => {
  const short = fc.string({ unit: "grapheme", maxLength: 6 });
  const rows = fc.array(fc.tuple(short, fc.string({ unit: "grapheme" }), short, short), {
    minLength: 1,
  });
  fc.assert(
    fc.property(rows, (cells) => {
      for (const line of textTable(COLUMNS, cells, 60)) {
        expect(stringWidth(line)).toBeLessThanOrEqual(60);
      }
    }),
  );
});

test("every row is a line, whatever its texts", () => {
  fc.assert(
    fc.property(rowsOf, (rows) => {
      expect(textTable(COLUMNS, rows)).toHaveLength(rows.length + 1);
    }),
  );
});
