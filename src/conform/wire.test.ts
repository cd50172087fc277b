import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { load } from "../scenario/index.ts";
import { Orders } from "./orders.ts";
import { decodeAnswer, encodeRequest, opName } from "./wire.ts";

const HEADER = readFileSync(join(import.meta.dirname, "puppet", "wire.h"), "utf8");

test("the orders have the numbers that the puppet has", () => {
  const [, list = ""] = /enum op \{([\s\S]*?)\};/.exec(HEADER) ?? [];
  const names = list
    .replaceAll(/\/\*.*?\*\//g, "")
    .split(",")
    .map((name) => name.trim().toLowerCase().replaceAll("_", "-").replace(/^op-/, ""))
    .filter((name) => name !== "");
  expect(names.length).toBeGreaterThan(50);
  expect(names.map(opName)).toEqual(names);
});

test("a program is a header, its tasks, functions and orders, in words of 64 bits", () => {
  const loaded = load("arch x86\nvar x 8\nfunc f does store x\nP: execute f\nP: store x = 5\n");
  if (!loaded.ok) throw new Error(loaded.error[0]?.message);
  const [program] = loaded.value.programs;
  if (program === undefined) throw new Error("no program");
  const request = new Orders(program, 2).request();
  const bytes = encodeRequest(request);
  const words = new BigUint64Array(bytes.buffer);
  const [size, orders, actors, tasks, functions, bodies] = words;
  expect([orders, actors, tasks, functions, bodies]).toEqual([2n, 1n, 1n, 1n, 1n]);
  expect(size).toBe(BigInt(bytes.length - 80));
  expect(size).toBe(8n * (3n + 2n + 3n * 24n));
});

test("an answer gives each statement its runs, each task its fate", () => {
  const words = new BigUint64Array(2 + 14 + 4 + 4);
  words.set([0n, 0n, 2n, 3n, (2n << 32n) | 0n, 7n, (1n << 32n) | 1n, 28n]);
  words.set([3n, 9n, 0n, 0n, 42n], 16);
  const answer = decodeAnswer(new DataView(words.buffer), {
    orders: 1,
    actors: 1,
    observations: 1,
  });
  expect(answer.hung).toBe(false);
  expect(answer.results).toEqual([
    [
      { kind: "value", count: 2, value: 7 },
      { kind: "errno", count: 1, value: 28 },
    ],
  ]);
  expect(answer.fates).toEqual([{ fate: "killed", signal: 9, stopped: false }]);
  expect(answer.observed[0]?.value).toBe(42);
});
