import type { Band } from "./bands.ts";
import type { Sheet } from "./canvas.ts";
import { type Span, xOf } from "./span.ts";
import type { Theme } from "./theme.ts";

/** What is missing is seen however short it was. */
const LEAST_PX = 3;
const HATCH_PX = 7;

/** Hatches the times of which something is missing: one way what was lost, the other what was not watched. */
export function drawBands(
  { context, width, height }: Sheet,
  { bands, span, theme }: { bands: readonly Band[]; span: Span; theme: Theme },
): void {
  for (const { from, to, kind } of bands) {
    if (to < span.from || from > span.to) continue;
    const left = Math.max(0, xOf({ span, width }, from));
    const right = Math.min(width, Math.max(xOf({ span, width }, to), left + LEAST_PX));
    const color = kind === "loss" ? theme.bad : theme.warn;
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, height);
    context.clip();
    context.globalAlpha = 0.14;
    context.fillStyle = color;
    context.fillRect(left, 0, right - left, height);
    context.globalAlpha = 0.75;
    context.strokeStyle = color;
    context.beginPath();
    for (let x = left - height; x < right + height; x += HATCH_PX) {
      context.moveTo(x, kind === "loss" ? height : 0);
      context.lineTo(x + height, kind === "loss" ? 0 : height);
    }
    context.stroke();
    context.restore();
  }
}

/** The marked stretch of time. */
export function drawMarked(
  { context, width, height }: Sheet,
  { marked, span, theme }: { marked: Span | undefined; span: Span; theme: Theme },
): void {
  if (marked === undefined) return;
  const [left, right] = [xOf({ span, width }, marked.from), xOf({ span, width }, marked.to)];
  context.save();
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.16;
  context.fillRect(left, 0, right - left, height);
  context.globalAlpha = 1;
  context.fillRect(left, 0, 1, height);
  context.fillRect(right - 1, 0, 1, height);
  context.restore();
}
