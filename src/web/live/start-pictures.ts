import { effect, type Signal } from "@preact/signals";
import { LANE_HEIGHT } from "./draw-lanes.ts";
import { Gestures } from "./gestures.ts";
import { listen } from "./listen.ts";
import type { LiveView } from "./live-view.ts";
import { startOverview } from "./overview.ts";
import { type Canvases, drawPictures } from "./pictures.ts";
import type { HitsInTime } from "./selection.ts";
import { timeAt, xOf } from "./span.ts";
import { followTheme } from "./theme.ts";

/** So far from a hit the pointer may be. */
const REACH_PX = 8;

/**
 * Draws the pictures of a time line whenever something in them has changed, once before each time the
 * screen is drawn; and has pointers act on them. Returns what ends it.
 */
export function startPictures(view: LiveView, place: HTMLElement, top: Signal<number>): () => void {
  const canvases = canvasesIn(place);
  if (canvases === undefined) return () => undefined;
  place.tabIndex = 0; // arrows go from hit to hit
  const theme = followTheme();
  let frame = 0;
  /** Pictures so far: for those who measure. */
  let drawn = 0;
  const draw = () => {
    frame = 0;
    drawPictures(view, canvases, { theme: theme.value, top: top.value });
    if (drawn === 0) performance.mark("drawn");
    drawn += 1;
    place.dataset.drawn = `${drawn}`;
  };
  const ask = () => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  const ends = [
    effect(() => {
      for (const it of [view.window, view.whole, view.selection, view.marked, view.spot]) it.value;
      for (const it of [view.chosen, view.pointed, view.drawn, top, theme]) it.value;
      ask();
    }),
    whenResized(Object.values(canvases), ask),
    startOverview(view, canvases.overview),
    startPointing(view, canvases.lanes, (event) => {
      const { lanes } = view.selection.value;
      return lanes[Math.floor((event.offsetY + top.value) / LANE_HEIGHT)];
    }),
    startPointing(view, canvases.values, () => view.selection.value.series(view.spot.value)),
    () => cancelAnimationFrame(frame),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function canvasesIn(place: HTMLElement): Canvases | undefined {
  const [overview, lanes, values, axis] = place.querySelectorAll("canvas");
  if (overview === undefined || lanes === undefined) return undefined;
  return values === undefined || axis === undefined ? undefined : { overview, lanes, values, axis };
}

function whenResized(elements: readonly Element[], act: () => void): () => void {
  const observer = new ResizeObserver(act);
  for (const element of elements) observer.observe(element);
  return () => observer.disconnect();
}

/** Has a pointer over a picture point to hits, and mark, move and zoom. */
function startPointing(
  view: LiveView,
  canvas: HTMLCanvasElement,
  hitsAt: (event: MouseEvent) => HitsInTime | undefined,
): () => void {
  const gestures = new Gestures(view, canvas);
  const point = (event: PointerEvent) => {
    const hits = gestures.move(event) ? undefined : hitsAt(event);
    view.pointed.value =
      hits === undefined ? undefined : nearest(view, canvas, hits, event.offsetX);
  };
  return listen(canvas, {
    wheel: (event) => gestures.wheel(event),
    pointerdown: (event) => gestures.start(event),
    pointermove: point,
    pointerup: (event) => {
      if (!gestures.end(event)) return;
      const hits = hitsAt(event);
      if (hits !== undefined) view.choose(nearest(view, canvas, hits, event.offsetX));
    },
    pointercancel: (event) => {
      gestures.end(event);
    },
    pointerleave: () => {
      view.pointed.value = undefined;
    },
  });
}

/** The hit that is nearest to a place in a picture, if one is near. */
function nearest(
  view: LiveView,
  { clientWidth: width }: HTMLCanvasElement,
  { hits, times }: HitsInTime,
  x: number,
): number | undefined {
  const scale = { span: view.window.value, width };
  const next = times.before(timeAt(scale, x));
  const distance = (place: number) =>
    place < 0 || place >= hits.length
      ? Number.POSITIVE_INFINITY
      : Math.abs(xOf(scale, times.items[place] ?? 0) - x);
  const place = distance(next - 1) < distance(next) ? next - 1 : next;
  return distance(place) <= REACH_PX ? hits.items[place] : undefined;
}
