import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

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

/** WCAG 2: how bright a colour is to the eye. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(colours: Colours, one: string, other: string): number {
  const [darker = 0, lighter = 0] = [one, other]
    .map((name) => luminance(colours.get(name) ?? "#000000"))
    .sort((first, second) => first - second);
  return (lighter + 0.05) / (darker + 0.05);
}

const TASKS = [0, 1, 2, 3, 4, 5].map((task) => `task-${task}`);

test.each(["light", "dark"] as const)("text can be read on every ground: %s", (scheme) => {
  const colours = coloursOf(scheme);
  expect(colours.size).toBeGreaterThan(20);
  const grounds = ["ground", "ground-raised", "ground-hover", "ground-chosen", ...TASKS];
  for (const ground of grounds) {
    expect(contrast(colours, "ink", ground), `ink on ${ground}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours, "ink-soft", ground), `soft ink on ${ground}`).toBeGreaterThanOrEqual(
      4.5,
    );
  }
  for (const [ink, ground] of [
    ["accent", "ground"],
    ["bad", "ground"],
    ["bad", "ground-raised"],
    ["bad", "bad-ground"],
    ["accent", "bad-ground"],
    ["warn", "ground"],
    ["good", "ground"],
  ] as const)
    expect(contrast(colours, ink, ground), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
});

test.each(["light", "dark"] as const)("what is drawn is seen on the ground: %s", (scheme) => {
  const colours = coloursOf(scheme);
  const drawn = [0, 1, 2, 3, 4, 5].map((task) => `edge-${task}`);
  for (const name of [...drawn, "line-strong", "bad", "accent"])
    expect(contrast(colours, name, "ground"), name).toBeGreaterThanOrEqual(3);
});
