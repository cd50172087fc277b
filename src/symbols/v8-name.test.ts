import { expect, test } from "vitest";
import { parseJitName } from "./v8-name.ts";

test.each([
  ["JS:~fillRow file:///a/rows.mjs:3:79", "fillRow", "interpreted", "/a/rows.mjs", 3, 79],
  ["JS:^fillRow file:///a/rows.mjs:3:79", "fillRow", "baseline", "/a/rows.mjs", 3, 79],
  ["JS:+fillRow file:///a/rows.mjs:3:79", "fillRow", "maglev", "/a/rows.mjs", 3, 79],
  ["JS:*'fillRow file:///a/rows.mjs:3:79", "fillRow", "optimised", "/a/rows.mjs", 3, 79],
  ["JS:*fillRow file:///a/rows.mjs:3:79", "fillRow", "optimised", "/a/rows.mjs", 3, 79],
  ["LazyCompile:*run /home/me/my app/x.js:10:2", "run", "optimised", "/home/me/my app/x.js", 10, 2],
  ["JS:~get size file:///a%20b/c.js:1:2", "get size", "interpreted", "/a b/c.js", 1, 2],
  [
    "JS:~ node:internal/main/run_main_module:1:1",
    "(anonymous)",
    "interpreted",
    "node:internal/main/run_main_module",
    1,
    1,
  ],
  ["JS:~f [eval]:1:9", "f", "interpreted", "[eval]", 1, 9],
  ["JS:~f evalmachine.<anonymous>:1:9", "f", "interpreted", "evalmachine.<anonymous>", 1, 9],
  ["JS:*f file:///bad%zz.js:4:5", "f", "optimised", "file:///bad%zz.js", 4, 5],
])("%s is taken apart", (text, name, tier, file, line, column) => {
  expect(parseJitName(text)).toEqual({ name, tier, file, line, column });
});

test.each([
  "Builtin:ArrayPrototypeMap",
  "BytecodeHandler:Star",
  "Lorg/apache/Foo;::bar",
  "JS:fillRow file:///a/rows.mjs:3:79",
])("%s stays as it is", (name) => {
  expect(parseJitName(name)).toEqual({ name });
});

test("a script function without a place has its name only", () => {
  expect(parseJitName("JS:*native")).toEqual({ name: "native", tier: "optimised" });
});
