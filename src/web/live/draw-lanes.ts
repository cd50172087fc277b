import type { Sheet } from "./canvas.ts";
import { PALETTE, SHAPES } from "./palette.ts";
import type { Presence } from "./presence.ts";
import type { Lane } from "./selection.ts";
import { type Span, timeAt, xOf } from "./span.ts";
import type { Theme } from "./theme.ts";

/** Of a lane, in the page's pixels. */
export const LANE_HEIGHT = 30;
const MARGIN = 3;
const PRESENCE_PX = 2;
/** With more room than this for each hit it is drawn by itself, as its writer's shape. */
const ROOM_FOR_SHAPE_PX = 9;
const SHAPE_PX = 5;
/** The least of a column that has a hit at all. */
const LEAST_SHARE = 0.35;

const OUTLINES = PALETTE.map(({ shape }) => new Path2D(SHAPES[shape]));

export interface LanesPicture {
  readonly lanes: readonly Lane[];
  readonly span: Span;
  /** How far the lanes are scrolled. */
  readonly top: number;
  readonly theme: Theme;
  readonly colorOf: (at: number) => number;
  /** When a lane's thread was on a processor; undefined where that was not recorded. */
  readonly presenceOf: (lane: Lane) => Presence | undefined;
}

/** Draws the lanes that are in sight: hits by themselves where there is room, else how many there are. */
export function drawLanes(sheet: Sheet, picture: LanesPicture): void {
  const { lanes, top, theme } = picture;
  const first = Math.floor(top / LANE_HEIGHT);
  const last = Math.min(lanes.length, Math.ceil((top + sheet.height) / LANE_HEIGHT));
  const dense: { readonly lane: Lane; readonly y: number }[] = [];
  for (let index = first; index < last; index += 1) {
    const lane = lanes[index];
    if (lane === undefined) continue;
    const y = index * LANE_HEIGHT - top;
    sheet.context.fillStyle = theme.line;
    sheet.context.fillRect(0, y + LANE_HEIGHT - 1, sheet.width, 1);
    drawPresence(sheet, { lane, y, ...picture });
    if (isDense(sheet, lane, picture.span)) dense.push({ lane, y });
    else drawShapes(sheet, { lane, y, ...picture });
  }
  if (dense.length > 0) drawColumns(sheet, dense, picture);
}

/** A line below the hits. */
function drawPresence(
  { context, width }: Sheet,
  { lane, y, span, theme, presenceOf }: LanesPicture & { readonly lane: Lane; readonly y: number },
): void {
  context.fillStyle = theme.inkSoft;
  for (const { from, to } of presenceOf(lane)?.stretches({ span, width }) ?? []) {
    context.fillRect(from, y + LANE_HEIGHT - 1 - PRESENCE_PX, to - from, PRESENCE_PX);
  }
}

function isDense({ width }: Sheet, { times }: Lane, { from, to }: Span): boolean {
  return (times.before(to) - times.before(from)) * ROOM_FOR_SHAPE_PX > width;
}

function drawShapes(
  { context, width, ratio }: Sheet,
  { lane, y, span, theme, colorOf }: LanesPicture & { readonly lane: Lane; readonly y: number },
): void {
  const { times, hits } = lane;
  const middle = y + LANE_HEIGHT / 2;
  const end = Math.min(times.length, times.before(span.to) + 1);
  for (let place = Math.max(0, times.before(span.from) - 1); place < end; place += 1) {
    const x = xOf({ span, width }, times.items[place] ?? 0);
    const color = colorOf(hits.items[place] ?? 0);
    const outline = OUTLINES[color];
    if (outline === undefined) continue;
    const size = SHAPE_PX * ratio;
    context.setTransform(size, 0, 0, size, x * ratio, middle * ratio);
    context.fillStyle = theme.colors[color] ?? theme.ink;
    context.fill(outline, "evenodd");
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/**
 * A column a pixel, as high as it has many hits (by the logarithm), in the shares of the colours. It is
 * put together pixel by pixel: what takes time then is the picture's size, never the number of hits.
 */
function drawColumns(
  { context, width, ratio }: Sheet,
  dense: readonly { readonly lane: Lane; readonly y: number }[],
  { span, theme }: LanesPicture,
): void {
  const columns = Math.round(width * ratio);
  const places = dense.map(({ lane }) => placesOf(lane, span, columns));
  const most = Math.max(1, ...places.map(mostIn));
  const rows = Math.round((LANE_HEIGHT - 2 * MARGIN) * ratio);
  const strip = stripOf(columns, rows);
  for (const [index, { lane, y }] of dense.entries()) {
    const of = places[index];
    if (of === undefined) continue;
    strip.pixels.fill(0);
    fillColumns(strip, lane, { places: of, most, theme });
    strip.context.putImageData(strip.image, 0, 0);
    context.drawImage(strip.canvas, 0, y + MARGIN, width, LANE_HEIGHT - 2 * MARGIN);
  }
}

/** How many hits there are before each column, and before the end. */
function placesOf({ times }: Lane, span: Span, columns: number): Uint32Array {
  const places = new Uint32Array(columns + 1);
  for (let column = 0; column <= columns; column += 1) {
    const time = timeAt({ span, width: columns }, column);
    places[column] = times.before(time, places[column - 1]);
  }
  return places;
}

function mostIn(places: Uint32Array): number {
  let most = 0;
  for (let column = 1; column < places.length; column += 1) {
    most = Math.max(most, (places[column] ?? 0) - (places[column - 1] ?? 0));
  }
  return most;
}

interface Strip {
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
}

let known: Strip | undefined;

/** The image that lanes are put together in, one after the other. */
function stripOf(columns: number, rows: number): Strip {
  if (known?.image.width === columns && known.image.height === rows) return known;
  const canvas = new OffscreenCanvas(columns, rows);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("the browser gives no canvas to draw on");
  const image = new ImageData(columns, rows);
  known = { canvas, context, image, pixels: new Uint32Array(image.data.buffer) };
  return known;
}

const counts = new Uint32Array(PALETTE.length);

function fillColumns(
  { image, pixels }: Strip,
  { totals }: Lane,
  { places, most, theme }: { places: Uint32Array; most: number; theme: Theme },
): void {
  const { width, height } = image;
  for (let column = 0; column < width; column += 1) {
    const [from, to] = [places[column] ?? 0, places[column + 1] ?? 0];
    if (from === to) continue;
    totals.count(from, to, counts);
    const share = most === 1 ? 1 : Math.log(to - from) / Math.log(most);
    const high = Math.max(1, height * (LEAST_SHARE + (1 - LEAST_SHARE) * share));
    let row = height;
    let sum = 0;
    for (let color = 0; color < counts.length; color += 1) {
      const count = counts[color] ?? 0;
      if (count === 0) continue;
      sum += count;
      // A writer with a single hit among many is still seen.
      const end = Math.min(row - 1, Math.round(height - (high * sum) / (to - from)));
      const pixel = theme.pixels[color] ?? 0;
      for (; row > end && row > 0; row -= 1) pixels[(row - 1) * width + column] = pixel;
    }
  }
}
