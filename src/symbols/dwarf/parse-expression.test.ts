import fc from "fast-check";
import { expect, test } from "vitest";
import { formatExpression } from "./expression.ts";
import { parseExpression } from "./parse-expression.ts";

/** The one spelling, or what is wrong and where. */
function meaning(text: string): string {
  const parsed = parseExpression(text);
  return parsed.ok
    ? formatExpression(parsed.value)
    : `${parsed.error.column}: ${parsed.error.problem}`;
}

test.each([
  ["counter", "counter"],
  ["table [ 3 ] . state", "table[3].state"],
  ["cfg -> next->limit", "cfg->next->limit"],
  ["*cfg->next", "*cfg->next"],
  ["(*cfg).next", "(*cfg).next"],
  ["*(uint32_t*)0x7f00", "*(uint32_t *)0x7f00"],
  ["*(char **)argv", "*(char **)argv"],
  ["((struct conn *)0x1000)->state", "((struct conn *)0x1000)->state"],
  ["@heap_ptr+16", "@heap_ptr+16"],
  ["@cfg->next - 0x10", "@cfg->next-16"],
  ["ns::Box<int, Pair<a::b, 2>>::total", "ns::Box<int, Pair<a::b, 2>>::total"],
  ["shop::(anonymous namespace)::hidden", "shop::(anonymous namespace)::hidden"],
  ["krate::{impl#0}::go::CALLS", "krate::{impl#0}::go::CALLS"],
  ["pair.0.1", "pair.__0.__1"],
  ["grid[1][0x2]", "grid[1][2]"],
])("%s is %s", (text, canonical) => {
  expect(meaning(text)).toBe(canonical);
});

test.each([
  ["", "0: is no name: expected a variable"],
  ["a.", "2: is no member: expected its name"],
  ["a->1x", "4: cannot follow here: expected ., -> or ["],
  ["a[b]", "2: is no index: expected a number"],
  ["a[1", "3: cannot stand here: expected ]"],
  ["a b", "2: cannot follow here: expected ., -> or ["],
  ["Box<int", "3: is not closed: expected >"],
  ["@p+x", "3: is no number of bytes: expected one such as 16 or 0x10"],
  ["a::", "3: is no name: expected a variable"],
])("%s is wrong at column %s", (text, problem) => {
  expect(meaning(text)).toBe(problem);
});

test("what is printed is read back as the same; any other text is refused inside it", () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc
      .array(
        fc.constantFrom(
          "a",
          "b1",
          ".",
          "->",
          "[",
          "]",
          "3",
          "*",
          "(",
          ")",
          "T*",
          "@",
          "::",
          "<",
          ">",
          " ",
          "+",
        ),
        { maxLength: 14 },
      )
      .map((it) => it.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseExpression(text);
      if (parsed.ok) {
        const canonical = formatExpression(parsed.value);
        expect(meaning(canonical)).toBe(canonical);
      } else {
        expect(parsed.error.column).toBeLessThanOrEqual(text.length);
        expect(parsed.error.problem).not.toBe("");
      }
    }),
    { numRuns: 3_000 },
  );
});

test("deep nesting and long texts are refused, not followed to the end of the stack", () => {
  expect(meaning("*".repeat(3000))).toMatch(/nested too deep$/);
  expect(meaning("a".repeat(5000))).toMatch(/too long for an expression$/);
});
