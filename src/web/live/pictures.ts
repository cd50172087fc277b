import { bandsOf } from "./bands.ts";
import { type Sheet, sheetOf } from "./canvas.ts";
import { drawBands, drawMarked } from "./draw-bands.ts";
import { drawLanes } from "./draw-lanes.ts";
import { drawAxis, drawCursor, drawOverview } from "./draw-overview.ts";
import { drawValues } from "./draw-values.ts";
import type { LiveView } from "./live-view.ts";
import type { Lane } from "./selection.ts";
import type { Theme } from "./theme.ts";
import { valueMark } from "./value-mark.ts";

/** The canvases of the time line. */
export interface Canvases {
  readonly overview: HTMLCanvasElement;
  readonly lanes: HTMLCanvasElement;
  readonly values: HTMLCanvasElement;
  readonly axis: HTMLCanvasElement;
}

/** Draws all of them, as everything is now; `top` is how far the lanes are scrolled. */
export function drawPictures(
  view: LiveView,
  canvases: Canvases,
  { theme, top }: { readonly theme: Theme; readonly top: number },
): void {
  const bands = bandsOf(view.opened.recording);
  const { value: selection } = view.selection;
  const [whole, span] = [view.whole.value, view.window.value];
  const marked = view.marked.value;

  const overview = sheetOf(canvases.overview, theme);
  if (overview !== undefined) {
    drawOverview(overview, { hits: selection, whole, window: span, theme });
    drawBands(overview, { bands, span: whole, theme });
    drawMarked(overview, { marked, span: whole, theme });
  }
  const lanes = sheetOf(canvases.lanes, theme);
  if (lanes !== undefined) {
    drawBands(lanes, { bands, span, theme });
    drawMarked(lanes, { marked, span, theme });
    const { list, ofHit } = view.model.writers;
    const colorOf = (at: number) => list[ofHit.items[at] ?? 0]?.color ?? 0;
    const { presences } = view.model;
    const presenceOf = ({ key }: Lane) => presences.of(selection.grouping, key);
    drawLanes(lanes, { lanes: selection.lanes, span, top, theme, colorOf, presenceOf });
    drawCursors(lanes, view, theme);
  }
  const values = sheetOf(canvases.values, theme);
  if (values !== undefined) {
    drawBands(values, { bands, span, theme });
    drawMarked(values, { marked, span, theme });
    const spot = view.spots[view.spot.value];
    const series = selection.series(view.spot.value);
    drawValues(values, { series, span, theme, format: (value) => valueMark(spot, value) });
    drawCursors(values, view, theme);
  }
  const axis = sheetOf(canvases.axis, theme);
  if (axis !== undefined) drawAxis(axis, span, theme);
}

function drawCursors(sheet: Sheet, view: LiveView, theme: Theme): void {
  const span = view.window.value;
  for (const [at, color] of [
    [view.pointed.value, theme.inkSoft],
    [view.chosen.value, theme.ink],
  ] as const) {
    if (at !== undefined) drawCursor(sheet, { time: view.timeOf(at), span, color });
  }
}
