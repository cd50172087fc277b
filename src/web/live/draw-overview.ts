import type { Sheet } from "./canvas.ts";
import type { HitsInTime } from "./selection.ts";
import { type Span, timeAt, timeMarks, xOf } from "./span.ts";
import type { Theme } from "./theme.ts";

/** All of the recording, however little of it is seen below: how many hits there are when. */
export function drawOverview(
  { context, width, height, ratio }: Sheet,
  of: { hits: HitsInTime; whole: Span; window: Span; theme: Theme },
): void {
  const { whole, window, theme } = of;
  const { times } = of.hits;
  const columns = Math.round(width * ratio);
  const counts = new Uint32Array(columns);
  let before = 0;
  let most = 1;
  for (let column = 0; column < columns; column += 1) {
    const end = timeAt({ span: whole, width: columns }, column + 1);
    const to = column === columns - 1 ? times.length : times.before(end, before);
    counts[column] = to - before;
    most = Math.max(most, to - before);
    before = to;
  }
  context.fillStyle = theme.inkSoft;
  for (const [column, count] of counts.entries()) {
    if (count === 0) continue;
    const share = most === 1 ? 1 : 0.25 + (0.75 * Math.log(count)) / Math.log(most);
    const high = (height - 4) * share;
    context.fillRect(column / ratio, height - 1 - high, 1 / ratio, high);
  }
  const [left, right] = [
    xOf({ span: whole, width }, window.from),
    xOf({ span: whole, width }, window.to),
  ];
  context.globalAlpha = 0.7;
  context.fillStyle = theme.raised;
  context.fillRect(0, 0, left, height);
  context.fillRect(right, 0, width - right, height);
  context.globalAlpha = 1;
  context.strokeStyle = theme.accent;
  context.lineWidth = 2;
  context.strokeRect(left + 1, 1, Math.max(1, right - left - 2), height - 2);
  context.lineWidth = 1;
}

export function drawAxis({ context, width, height }: Sheet, span: Span, theme: Theme): void {
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (const { time, text } of timeMarks({ span, width })) {
    const x = Math.round(xOf({ span, width }, time));
    context.fillStyle = theme.inkSoft;
    context.fillRect(x, 0, 1, 5);
    const left = Math.min(x + 4, width - context.measureText(text).width - 2);
    context.fillText(text, left, height / 2 + 2);
  }
}

/** Where the chosen hit, and the one under the pointer, are. */
export function drawCursor(
  { context, width, height }: Sheet,
  { time, span, color }: { time: number; span: Span; color: string },
): void {
  if (time < span.from || time > span.to) return;
  context.fillStyle = color;
  context.fillRect(Math.round(xOf({ span, width }, time)) - 0.5, 0, 1, height);
}
