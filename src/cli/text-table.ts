import { cellWidth } from "./cell-width.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** May be cut short where the line would not fit; the others never are. */
  readonly shrinks?: boolean;
}

const GAP = "  ";
const LEAST_WIDTH = 8;

/**
 * Rows under titles, as wide as they need, or cut to `width` cells where that is given. Empty
 * columns are left out.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width?: number,
): readonly string[] {
  const used = columns
    .map((column, index) => ({ column, cells: rows.map((row) => row[index] ?? "") }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  const wanted = used.map(({ column, cells }) =>
    Math.max(cellWidth(column.title), ...cells.map((cell) => cellWidth(cell))),
  );
  const widths = shrunk(
    used.map(({ column }) => column),
    wanted,
    width,
  );
  const line = (texts: readonly string[]) =>
    used
      .map(({ column }, index) => pad(texts[index] ?? "", widths[index] ?? 0, column.align))
      .join(GAP)
      .trimEnd();
  return [
    line(used.map(({ column }) => column.title)),
    ...rows.map((_, row) => line(used.map(({ cells }) => cells[row] ?? ""))),
  ];
}

/** Takes what is too much from the columns that may give, the widest first. */
function shrunk(
  columns: readonly Column[],
  wanted: readonly number[],
  width: number | undefined,
): readonly number[] {
  if (width === undefined) return wanted;
  const widths = [...wanted];
  const total = () => widths.reduce((sum, it) => sum + it, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    const giving = widths
      .map((it, index) => ({ it, index }))
      .filter(({ it, index }) => columns[index]?.shrinks === true && it > LEAST_WIDTH);
    const widest = giving.sort((a, b) => b.it - a.it)[0];
    if (widest === undefined) break;
    widths[widest.index] = widest.it - 1;
  }
  return widths;
}

function pad(text: string, width: number, align: Column["align"]): string {
  const cut = cutTo(text, width);
  const space = " ".repeat(Math.max(0, width - cellWidth(cut)));
  return align === "right" ? space + cut : cut + space;
}

/** The end of a name tells more than its middle: cut there. */
function cutTo(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  const letters = [...text];
  while (letters.length > 0 && cellWidth(letters.join("")) > width - 1) {
    letters.splice(Math.floor(letters.length / 2), 1);
  }
  letters.splice(Math.ceil(letters.length / 2), 0, "…");
  return letters.join("");
}
