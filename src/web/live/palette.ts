/** How a writer's hits are drawn: by its colour, and by its shape for who cannot tell the colours. */
export interface Look {
  readonly light: string;
  readonly dark: string;
  readonly shape: Shape;
}

export type Shape =
  | "circle"
  | "square"
  | "triangle"
  | "diamond"
  | "cross"
  | "wedge"
  | "bar"
  | "ring"
  | "dot";

/**
 * Colours that stay apart for all kinds of colour blindness, and stand out from the ground: both are
 * tested. The last is that of all writers that have none of their own.
 */
export const PALETTE: readonly Look[] = [
  { light: "#0063b1", dark: "#5ea8ff", shape: "circle" },
  { light: "#c2410c", dark: "#ff9f5a", shape: "square" },
  { light: "#00806a", dark: "#2fd0ad", shape: "triangle" },
  { light: "#a3328f", dark: "#f08fe0", shape: "diamond" },
  { light: "#8a6d00", dark: "#e6cf3f", shape: "cross" },
  { light: "#3b3fa8", dark: "#a9adff", shape: "wedge" },
  { light: "#9c1c2f", dark: "#ff7488", shape: "bar" },
  { light: "#3f6212", dark: "#a9d65a", shape: "ring" },
  { light: "#6b7280", dark: "#949ca9", shape: "dot" },
];

/** The place of those who have none. */
export const OTHERS = PALETTE.length - 1;

export function colorOf(place: number, isDark: boolean): string {
  const look = PALETTE[place] ?? PALETTE[OTHERS];
  return (isDark ? look?.dark : look?.light) ?? "";
}

/** A shape's outline in a square of two units around the middle, as an SVG path has it. */
export const SHAPES: Readonly<Record<Shape, string>> = {
  circle: "M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z",
  square: "M-.9 -.9H.9V.9H-.9Z",
  triangle: "M0 -1.1L1.1 .9H-1.1Z",
  diamond: "M0 -1.2L1.2 0L0 1.2L-1.2 0Z",
  cross: "M-.35 -1.1H.35V-.35H1.1V.35H.35V1.1H-.35V.35H-1.1V-.35H-.35Z",
  wedge: "M0 1.1L1.1 -.9H-1.1Z",
  bar: "M-.4 -1.2H.4V1.2H-.4Z",
  ring: "M1.1 0A1.1 1.1 0 1 1 -1.1 0A1.1 1.1 0 1 1 1.1 0ZM.55 0A.55 .55 0 1 0 -.55 0A.55 .55 0 1 0 .55 0Z",
  dot: "M.6 0A.6 .6 0 1 1 -.6 0A.6 .6 0 1 1 .6 0Z",
};
