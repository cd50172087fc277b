import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/** Which room of src/ may import which. A room missing here may be imported by nobody. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  values: ["base"],
  abi: ["base"],
  arch: ["base", "abi"],
  machine: ["base", "arch"],
  kernel: ["base", "abi", "arch", "machine"],
  explore: ["base"],
  scenario: ["base", "abi"],
  recording: ["base", "abi"],
  wording: ["base", "values", "recording"],
  check: ["base", "machine", "kernel", "explore", "scenario", "recording"],
  symbols: ["base", "values"],
  linux: ["base", "abi"],
  watch: ["base", "values", "abi", "arch", "linux", "symbols", "recording"],
  conform: ["base", "abi", "arch", "kernel", "machine", "scenario", "check", "linux"],
  web: [
    "base",
    "values",
    "abi",
    "arch",
    "machine",
    "kernel",
    "explore",
    "scenario",
    "recording",
    "wording",
    "check",
  ],
  cli: [
    "base",
    "values",
    "abi",
    "arch",
    "machine",
    "kernel",
    "explore",
    "scenario",
    "recording",
    "wording",
    "symbols",
    "linux",
    "watch",
    "check",
    "conform",
  ],
};

const files = globSync("src/*/**/*.{ts,tsx}");

test("rooms import only what the layering allows, and only through index.ts", () => {
  expect(files.length).toBeGreaterThan(4);
  expect(files.flatMap(forbiddenImports)).toEqual([]);
});

test("every room has a line in the table", () => {
  expect(files.map(roomOf).filter((room) => MAY_IMPORT[room] === undefined)).toEqual([]);
});

function forbiddenImports(file: string): string[] {
  const from = roomOf(file);
  const imports = readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g);
  return [...imports]
    .map(([, target]) => join(dirname(file), target ?? ""))
    .filter((target) => roomOf(target) !== from)
    .filter(
      (target) => !MAY_IMPORT[from]?.includes(roomOf(target)) || !target.endsWith("/index.ts"),
    )
    .map((target) => `${file} imports ${target}`);
}

function roomOf(file: string): string {
  return file.split("/")[1] ?? "";
}
