import { expect, test } from "vitest";
import { load } from "../load.ts";
import { print } from "../print.ts";
import { ARCH_NAMES } from "../vocabulary.ts";
import type { ShortBounds } from "./draft.ts";
import { naivePrograms } from "./naive-programs.ts";
import { shortPrograms, shortScenario } from "./short-programs.ts";
import { isWordGroup, WORD_GROUPS, type WordGroup } from "./words.ts";

const ALL = Object.keys(WORD_GROUPS).filter(isWordGroup);

function bounds(words: readonly WordGroup[], changes: Partial<ShortBounds> = {}): ShortBounds {
  return { arch: "powerpc-dawr", tasks: 2, events: 2, cpus: 2, words: new Set(words), ...changes };
}

function countOf(of: ShortBounds, length: number): number {
  return [...shortPrograms(of, length)].length;
}

const machine = { arch: "x86", design: undefined, cpus: 2, withoutFixes: [] } as const;

test("there are as many as a naive enumeration finds that tries all names and all orders", () => {
  for (const length of [1, 2, 3]) {
    const words = ["access", "birth", "exit", "close"] as const;
    expect([length, countOf(bounds(words), length)]).toEqual([length, naivePrograms(length).size]);
  }
});

test("the shortest programs of all", () => {
  const lines = [...shortPrograms(bounds(["access", "birth"]), 2)].map((it) => it.lines.join("; "));
  expect(lines).toMatchInlineSnapshot(`
    [
      "P: open e write x; P: open d write x",
      "P: open e write x; P: fork C",
      "P: open e write x; P: thread C",
      "P: open e write x; P: store x",
      "P: open e write x; P: load x",
      "P: open e write x disabled",
      "P: open e write x pinned",
      "P: fork C; C: open e write x",
      "P: fork C; P: open e write x",
      "P: thread C; C: open e write x",
      "P: thread C; P: open e write x",
    ]
  `);
});

test("their number by length, on each architecture", () => {
  const counts = ARCH_NAMES.map((arch) =>
    [1, 2, 3].map((it) => countOf(bounds(ALL, { arch }), it)),
  );
  expect(counts).toMatchInlineSnapshot(`
    [
      [
        1,
        26,
        632,
      ],
      [
        1,
        26,
        632,
      ],
      [
        1,
        26,
        632,
      ],
      [
        1,
        26,
        632,
      ],
      [
        1,
        27,
        686,
      ],
    ]
  `);
});

test("more tasks, events and CPUs only add programs", () => {
  const few = bounds(["access", "birth", "cpu"]);
  const more = { ...few, tasks: 3, events: 3, cpus: 3 };
  expect(countOf(more, 3)).toBeGreaterThan(countOf(few, 3));
  const known = new Set([...shortPrograms(more, 3)].map((it) => it.lines.join()));
  expect([...shortPrograms(few, 3)].filter((it) => !known.has(it.lines.join()))).toEqual([]);
});

test.each(ARCH_NAMES)("on %s each is there once, parses, and prints as it is", (arch) => {
  const seen = new Set<string>();
  for (const length of [1, 2, 3]) {
    for (const program of shortPrograms(bounds(ALL, { arch }), length)) {
      const text = shortScenario(program, { ...machine, arch });
      expect(seen.has(text)).toBe(false);
      seen.add(text);
      // To load all of the longest takes long.
      if (length < 3 || seen.size % 7 === 0)
        for (const settled of [false, true])
          isAsPrinted(shortScenario(program, { ...machine, arch }, { settled }));
    }
  }
});

function isAsPrinted(text: string): void {
  const loaded = load(text);
  expect(loaded.ok ? loaded.value.warnings : loaded.error).toEqual([]);
  expect(loaded.ok && print(loaded.value.scenario)).toBe(text);
}

test("in settled programs the first task's opens and births are over before the rest", () => {
  const lines = ["P: open e write x inherit", "P: fork C", "C: store x", "P: fork D", "P: store x"];
  const text = shortScenario({ length: 6, lines }, machine, { settled: true });
  expect(text.split("\n").slice(4)).toMatchInlineSnapshot(`
    [
      "P: open e write x inherit",
      "P: fork C",
      "P: fork D",
      "barrier",
      "C: store x",
      "P: store x",
      "",
    ]
  `);
});

test("a handler is there for each signal that is sent", () => {
  const lines = ["P: open e write x period 1 remove-on-exec sigtrap", "P: kill P SIGUSR1"];
  const text = shortScenario({ length: 4, lines }, machine);
  expect(text).toContain("P: handle SIGUSR1\nP: handle SIGTRAP\nP: open e");
});
