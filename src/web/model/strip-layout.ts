import type { ObjectName } from "./object-history.ts";
import type { Reference } from "./references.ts";
import { COLUMNS, type StripBox } from "./strip-boxes.ts";

/** A box with its place. */
export interface PlacedBox extends StripBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A pointer with its way. */
export interface Arrow {
  readonly reference: Reference;
  readonly path: string;
  /** The middle, where a broken one is broken. */
  readonly middle: Point;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface StripLayout {
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly Arrow[];
  readonly height: number;
}

export const LINE = 14;
const TITLE = 20;
const BELOW = 6;
const BETWEEN = 12;
/** Between columns there must be room for arrows. */
const GAP_SHARE = 0.42;
const ARROW_HEAD = 3;
/** How far along its way an arrow breaks that passes over a column. */
const FAR = 0.86;

/** Puts objects into columns and draws pointers from edge to edge. */
export function stripLayout(
  boxes: readonly StripBox[],
  references: readonly Reference[],
  width: number,
): StripLayout {
  const column = width / (COLUMNS.length + (COLUMNS.length - 1) * GAP_SHARE);
  const step = column * (1 + GAP_SHARE);
  const placed = COLUMNS.flatMap((record, index) => {
    let y = 2;
    return boxes
      .filter(({ object }) => object.record === record)
      .map((box): PlacedBox => {
        const height = TITLE + box.lines.length * LINE + BELOW;
        const own = { ...box, x: index * step + 1, y, width: column - 2, height };
        y += height + BETWEEN;
        return own;
      });
  });
  const height = Math.max(40, ...placed.map((box) => box.y + box.height)) + 4;
  const ports = new Ports();
  const arrows = references.flatMap((reference): Arrow[] => {
    const from = placed.find((box) => isSame(box.object, reference.from));
    const to = placed.find((box) => isSame(box.object, reference.to));
    return from === undefined || to === undefined ? [] : [arrowOf(reference, from, to, ports)];
  });
  return { boxes: placed, arrows, height };
}

function isSame(one: ObjectName, other: ObjectName): boolean {
  return one.record === other.record && one.id === other.id;
}

/** Deals out places at the edges of boxes, so that arrows do not lie upon each other. */
class Ports {
  readonly #taken = new Map<string, number>();

  next({ object, y, height }: PlacedBox, side: "left" | "right"): number {
    const key = `${object.record} ${object.id} ${side}`;
    const index = this.#taken.get(key) ?? 0;
    this.#taken.set(key, index + 1);
    return y + Math.min(height - 5, 10 + index * 9);
  }
}

function arrowOf(reference: Reference, from: PlacedBox, to: PlacedBox, ports: Ports): Arrow {
  const isSameColumn = from.x === to.x;
  const goesRight = to.x > from.x;
  const [out, into] = isSameColumn
    ? (["right", "right"] as const)
    : goesRight
      ? (["right", "left"] as const)
      : (["left", "right"] as const);
  const start = { x: edge(from, out), y: ports.next(from, out) };
  const head = into === "left" ? -ARROW_HEAD : ARROW_HEAD;
  const end = { x: edge(to, into) + head, y: ports.next(to, into) };
  const bend = isSameColumn ? 18 : Math.max(14, Math.abs(end.x - start.x) * 0.45);
  const one = { x: start.x + (out === "right" ? bend : -bend), y: start.y };
  const two = { x: end.x + (into === "right" ? bend : -bend), y: end.y };
  const path = `M${at(start)} C${at(one)} ${at(two)} ${at(end)}`;
  // Over a column in between, it breaks behind it.
  const isLong = Math.abs(to.x - from.x) > 2 * from.width;
  return { reference, path, middle: pointOf([start, one, two, end], isLong ? FAR : 0.5) };
}

/** Where a curve is at `t` of its way from 0 to 1. */
function pointOf(points: readonly [Point, Point, Point, Point], t: number): Point {
  const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
  const sum = (of: (point: Point) => number) =>
    points.reduce((total, point, index) => total + of(point) * (weights[index] ?? 0), 0);
  return { x: sum(({ x }) => x), y: sum(({ y }) => y) };
}

function edge({ x, width }: PlacedBox, side: "left" | "right"): number {
  return side === "left" ? x : x + width;
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
