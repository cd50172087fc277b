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
  { light: "#1295ff", dark: "#3c7cee", shape: "circle" },
  { light: "#ff5516", dark: "#feac61", shape: "square" },
  { light: "#004845", dark: "#5af8f8", shape: "triangle" },
  { light: "#941fa8", dark: "#a94779", shape: "diamond" },
  { light: "#97916f", dark: "#fee000", shape: "cross" },
  { light: "#12066e", dark: "#a9bbff", shape: "wedge" },
  { light: "#4c0005", dark: "#fb655f", shape: "bar" },
  { light: "#565500", dark: "#d5ffb0", shape: "ring" },
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
