import { type Signal, signal } from "@preact/signals";
import { colorOf, PALETTE } from "./palette.ts";

/** The colours of the style sheet, for what is drawn by hand. */
export interface Theme {
  readonly isDark: boolean;
  readonly ground: string;
  readonly raised: string;
  readonly line: string;
  readonly ink: string;
  readonly inkSoft: string;
  readonly accent: string;
  readonly bad: string;
  readonly warn: string;
  /** Of the writers, for the style and as a pixel of an image. */
  readonly colors: readonly string[];
  readonly pixels: Uint32Array;
}

/** Light or dark, as the reader's system is now. */
export function followTheme(): Signal<Theme> {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = signal(readTheme(dark.matches));
  dark.addEventListener("change", () => {
    theme.value = readTheme(dark.matches);
  });
  return theme;
}

function readTheme(isDark: boolean): Theme {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const colors = PALETTE.map((_, place) => colorOf(place, isDark));
  return {
    isDark,
    ground: color("--ground"),
    raised: color("--ground-raised"),
    line: color("--line"),
    ink: color("--ink"),
    inkSoft: color("--ink-soft"),
    accent: color("--accent"),
    bad: color("--bad"),
    warn: color("--warn"),
    colors,
    pixels: Uint32Array.from(colors, pixelOf),
  };
}

/** `#rrggbb` as the four bytes that an image has of it, on a little-endian machine, opaque. */
function pixelOf(color: string): number {
  const number = Number.parseInt(color.slice(1), 16);
  const [red, green, blue] = [number >> 16, (number >> 8) & 0xff, number & 0xff];
  return ((0xff << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
