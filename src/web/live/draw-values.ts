import type { Sheet } from "./canvas.ts";
import type { Extent } from "./pyramid.ts";
import type { Series } from "./selection.ts";
import { roundStep, type Span, timeAt, xOf } from "./span.ts";
import type { Theme } from "./theme.ts";

const MARGIN = 10;
const MARK_PX = 32;

export interface ValuesPicture {
  readonly series: Series;
  readonly span: Span;
  readonly theme: Theme;
  readonly format: (value: number) => string;
}

/** Draws the value over time: it stays until it is written; where it changed often, from where to where. */
export function drawValues(sheet: Sheet, { series, span, theme, format }: ValuesPicture): void {
  const { times, values } = series;
  const first = Math.max(0, times.before(span.from) - 1);
  const extent = values.extent(first, Math.max(first, times.before(span.to)));
  if (extent === undefined) return;
  const yOf = scaleOf(extent, sheet.height);
  drawMarks(sheet, { extent, yOf, theme, format });
  const path = stepsOf(sheet, series, { span, yOf });
  sheet.context.strokeStyle = theme.accent;
  sheet.context.lineWidth = 1.5;
  sheet.context.stroke(path);
  sheet.context.lineWidth = 1;
}

function scaleOf({ least, greatest }: Extent, height: number): (value: number) => number {
  if (least === greatest) return () => height / 2;
  return (value) =>
    height - MARGIN - ((value - least) / (greatest - least)) * (height - 2 * MARGIN);
}

/** One step a hit where hits are apart; one line from the least to the greatest where they are not. */
function stepsOf(
  { width, ratio }: Sheet,
  { times, values }: Series,
  { span, yOf }: { span: Span; yOf: (value: number) => number },
): Path2D {
  const path = new Path2D();
  const columns = Math.round(width * ratio);
  let from = times.before(span.from);
  if (from > 0) path.moveTo(0, yOf(values.numbers.items[from - 1] ?? 0));
  let isBegun = from > 0;
  for (let column = 0; column < columns; column += 1) {
    const to = times.before(timeAt({ span, width: columns }, column + 1), from);
    const extent = values.extent(from, to);
    if (extent === undefined) continue;
    const x = to - from === 1 ? xOf({ span, width }, times.items[from] ?? 0) : column / ratio;
    const before = yOf(values.numbers.items[Math.max(0, from - 1)] ?? 0);
    if (isBegun) path.lineTo(x, before);
    else path.moveTo(x, yOf(values.numbers.items[from] ?? 0));
    isBegun = true;
    if (to - from > 1) {
      path.lineTo(x, yOf(extent.least));
      path.lineTo(x, yOf(extent.greatest));
    }
    path.lineTo(x, yOf(values.numbers.items[to - 1] ?? 0));
    from = to;
  }
  const last = values.numbers.items[from - 1];
  if (last !== undefined && isBegun) path.lineTo(width, yOf(last));
  return path;
}

function drawMarks(
  { context, width, height }: Sheet,
  of: {
    extent: Extent;
    yOf: (value: number) => number;
    theme: Theme;
    format: (value: number) => string;
  },
): void {
  const { extent, yOf, theme, format } = of;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (const value of marksOf(extent, height)) {
    const y = Math.round(yOf(value));
    context.fillStyle = theme.line;
    context.fillRect(0, y, width, 1);
    const text = format(value);
    context.fillStyle = theme.ground;
    context.globalAlpha = 0.8;
    context.fillRect(2, y - 7, context.measureText(text).width + 6, 14);
    context.globalAlpha = 1;
    context.fillStyle = theme.inkSoft;
    context.fillText(text, 5, y);
  }
}

/** Round values; of whole numbers whole ones. */
function marksOf({ least, greatest }: Extent, height: number): readonly number[] {
  if (least === greatest) return [least];
  const step = roundStep(((greatest - least) * MARK_PX) / height);
  const isWhole = Number.isInteger(least) && Number.isInteger(greatest);
  const by = isWhole ? Math.max(1, step) : step;
  const marks = [];
  // Zero may come out negative, and is not to be written so.
  for (let value = Math.ceil(least / by) * by; value <= greatest; value += by)
    marks.push(value + 0);
  return marks;
}
