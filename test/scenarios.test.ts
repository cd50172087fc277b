import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  ARCH_NAMES,
  DESIGN_NAMES,
  EVENT_FLAGS,
  formatDiagnostic,
  load,
  PROPERTY_NAMES,
  print,
  RAW_FIELDS,
} from "../src/scenario/index.ts";

const files = globSync("scenarios/*/*.scn").sort();

test("the library is there", () => {
  expect(files.length).toBeGreaterThan(150);
});

test.each(files)("%s can be run, needs no formatting and names its source", (file) => {
  const text = readFileSync(file, "utf8");
  const loaded = load(text);
  const said = loaded.ok ? loaded.value.warnings : loaded.error;
  expect(said.map((it) => formatDiagnostic(it, file, text))).toEqual([]);
  expect(loaded.ok && print(loaded.value.scenario)).toBe(text);
  expect(text).toMatch(/^# Source: \S/m);
});

test.each(files.filter((file) => file.includes("/bugs/")))("%s says what goes wrong", (file) => {
  const text = readFileSync(file, "utf8");
  const loaded = load(text);
  const programs = loaded.ok ? loaded.value.programs : [];
  expect(programs.length).toBeGreaterThan(0);
  for (const { machine, withoutFixes, never, expect: claims, steps } of programs) {
    const isNamed = withoutFixes.length > 0 || machine.design !== undefined;
    expect(isNamed || text.startsWith("# Not fixed: ")).toBe(true);
    const refused = steps.filter((step) => step.expected.every((it) => it.kind === "errno"));
    expect(never.length + claims.length + refused.length).toBeGreaterThan(0);
  }
});

const PAGE = "docs/scenario-language.md";
const page = readFileSync(PAGE, "utf8");

test("the language page names every word of the lists", () => {
  const words = [ARCH_NAMES, DESIGN_NAMES, PROPERTY_NAMES, EVENT_FLAGS, RAW_FIELDS].flat();
  expect(words.filter((word) => !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(page))).toEqual(
    [],
  );
});

const examples = [...page.matchAll(/```scn\n(.*?)```/gs)].map(([, text]) => text ?? "");

test("the language page has examples", () => {
  expect(examples.length).toBeGreaterThan(10);
});

test.each(examples.map((text, index) => [index + 1, text] as const))(
  "example %i of the language page is a scenario without warnings",
  (_index, text) => {
    const loaded = load(text);
    const said = loaded.ok ? loaded.value.warnings : loaded.error;
    expect(said.map((it) => formatDiagnostic(it, PAGE, text))).toEqual([]);
  },
);
