import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { colorOf, PALETTE } from "../src/web/live/palette.ts";

const CSS = ["theme.css", "model/model.css"]
  .map((name) => readFileSync(`src/web/${name}`, "utf8"))
  .join("\n");

type Colours = ReadonlyMap<string, string>;

/** The variables that are colours, in light or in dark. */
function coloursOf(scheme: "light" | "dark"): Colours {
  const [light = "", ...dark] = CSS.split("@media (prefers-color-scheme: dark)");
  const rest = dark.map((part) => /\{\s*:root \{([^}]*)\}/.exec(part)?.[1] ?? "");
  const between = dark.map((part) => part.replace(/\{\s*:root \{[^}]*\}/, ""));
  const texts = scheme === "light" ? [light, ...between] : [light, ...between, ...rest];
  const found = texts.flatMap((text) => [...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)]);
  return new Map(found.map(([, name = "", colour = ""]) => [name, colour]));
}

type Color = readonly [red: number, green: number, blue: number];

function linear(hex: string): Color {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** WCAG 2.2: relative luminance and contrast. */
function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [one, other]
    .map((it) => {
      const [red, green, blue] = linear(it);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira and Fernandes 2009: how colours are seen where one kind of cone is missing. */
const SIGHTS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** As they look to somebody, in OKLab, where distances are what people see. */
function seen(hex: string, sight: readonly (readonly number[])[]): Color {
  const color = linear(hex);
  const [red = 0, green = 0, blue = 0] = sight.map((row) =>
    Math.max(
      0,
      row.reduce((sum, it, at) => sum + it * (color[at] ?? 0), 0),
    ),
  );
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** In lightness alone this is a step on a scale of twelve; the first four are further apart. */
const APART = 0.08;
const FIRST_FOUR_APART = 0.12;

const TASKS = [0, 1, 2, 3, 4, 5].map((task) => `task-${task}`);
const EDGES = TASKS.map((name) => name.replace("task", "edge"));
const GROUNDS = ["ground", "ground-raised", "ground-hover", "ground-chosen", ...TASKS];

/** What is written on what. */
const TEXTS: readonly (readonly [ink: string, ground: string])[] = [
  ...GROUNDS.flatMap((ground) => [["ink", ground] as const, ["ink-soft", ground] as const]),
  ...(["ground", "ground-raised", "bad-ground"] as const).map((it) => ["bad", it] as const),
  ...(["ground", "bad-ground"] as const).map((it) => ["accent", it] as const),
  ...(["ground", "warn-ground"] as const).map((it) => ["warn", it] as const),
  ["good", "ground"],
  ["ink", "bad-ground"],
];

describe.each(["light", "dark"] as const)("%s", (scheme) => {
  const colours = coloursOf(scheme);
  const named = (name: string) => {
    const colour = colours.get(name);
    if (colour === undefined) throw new Error(`there is no --${name}`);
    return colour;
  };
  const isDark = scheme === "dark";

  test("texts can be read on every ground that they stand on", () => {
    const unreadable = TEXTS.filter(([ink, on]) => contrast(named(ink), named(on)) < 4.5);
    expect(unreadable).toEqual([]);
  });

  test("what is drawn is seen on the ground, each writer's colour too", () => {
    const lines = [...EDGES, "line-strong", "bad", "accent"].map(named);
    const writers = [...PALETTE.keys()].map((place) => colorOf(place, isDark));
    const unseen = [...lines, ...writers].filter((it) => contrast(it, named("ground")) < 3);
    expect(unseen).toEqual([]);
  });

  test("no two writers look the same, to whom whichever cone is missing", () => {
    const close: string[] = [];
    for (const [name, sight] of Object.entries(SIGHTS)) {
      for (const [a] of PALETTE.entries()) {
        for (let b = 0; b < a; b += 1) {
          const [x, y] = [seen(colorOf(a, isDark), sight), seen(colorOf(b, isDark), sight)];
          const distance = Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
          const least = a < 4 ? FIRST_FOUR_APART : APART;
          if (distance < least) close.push(`${name}: ${a} and ${b}: ${distance.toFixed(3)}`);
        }
      }
    }
    expect(close).toEqual([]);
  });
});

test("each writer has a shape of its own", () => {
  expect(new Set(PALETTE.map(({ shape }) => shape)).size).toBe(PALETTE.length);
});
