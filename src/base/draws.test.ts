import { expect, test } from "vitest";
import { drawsOf, wordsOf } from "./draws.ts";

test("a seed has its own numbers, and always the same", () => {
  const some = (seed: number) => Array.from({ length: 50 }, wordsOf(seed));
  expect(some(7)).toEqual(some(7));
  expect(some(7)).not.toEqual(some(8));
});

test("each number below the bound is drawn about equally often, and none above", () => {
  const draw = drawsOf(3);
  const times = new Array(7).fill(0);
  for (let round = 0; round < 7000; round++) times[draw(7)]++;
  expect(times.length).toBe(7);
  for (const it of times) expect(Math.abs(it - 1000)).toBeLessThan(150);
});

test("of no numbers the first is drawn", () => {
  expect(drawsOf(1)(0)).toBe(0);
});
