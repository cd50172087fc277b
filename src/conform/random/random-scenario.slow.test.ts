import { expect, test } from "vitest";
import { load } from "../../scenario/index.ts";
import { shrinkScenario } from "../shrink.ts";
import { ARM64, type Dialect, powerpcDialect, X86 } from "./dialect.ts";
import { randomScenario } from "./random-scenario.ts";

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);

const DIALECTS = [X86, ARM64, powerpcDialect("powerpc-p10", "c")];

test.each(DIALECTS)("the language accepts every random scenario for $family", (dialect) => {
  for (const seed of SEEDS) {
    const loaded = load(randomScenario(seed, dialect));
    expect(loaded.ok ? loaded.value.warnings : loaded.error, `seed ${seed}`).toEqual([]);
  }
});

test("the same seed makes the same scenario, another one another", () => {
  expect(randomScenario(7)).toBe(randomScenario(7));
  expect(new Set(SEEDS.map((seed) => randomScenario(seed))).size).toBe(SEEDS.length);
});

test("random scenarios use the words of the language far and wide", () => {
  const words = new Set(
    SEEDS.flatMap((seed) => {
      const loaded = load(randomScenario(seed));
      return loaded.ok ? (loaded.value.programs[0]?.steps ?? []) : [];
    }).map(({ action }) => action.kind),
  );
  for (const word of ["open", "modify", "refresh", "period", "exec", "thread", "fork", "switch-to"])
    expect(words).toContain(word);
  for (const word of ["attach", "poke-dr", "copy-to-user", "async", "kill", "exit", "as", "pin"])
    expect(words).toContain(word);
});

test("shrinking leaves out the lines and the words that do not matter", async () => {
  const text = "one two three\nfour\nfive six\n";
  const asked: string[] = [];
  const small = await shrinkScenario(text, async (smaller) => {
    asked.push(smaller);
    return smaller.includes("two") && smaller.includes("six");
  });
  expect(small).toBe("one two\nfive six\n");
  expect(asked.length).toBeLessThan(40);
});

test("each architecture's random scenarios set its debug registers by ptrace", () => {
  const wordsOf = (dialect: Dialect) => SEEDS.map((seed) => randomScenario(seed, dialect)).join("");
  const powerpc = wordsOf(powerpcDialect("powerpc-dawr", "b"));
  for (const word of ["set-debugreg", "set-hw-debug", "del-hw-debug"])
    expect(powerpc).toContain(word);
  expect(wordsOf(ARM64)).toContain("set-regset");
  expect(powerpc).not.toContain("exclude-");
});
