import { expect, test } from "vitest";
import { LastValues } from "./last-values.ts";
import { littleEndian } from "./memory.ts";

test("each process has a last value for each spot", () => {
  const last = new LastValues();
  expect(last.exchange(1, 0, 5n)).toBeUndefined();
  expect(last.exchange(1, 1, 6n)).toBeUndefined();
  expect(last.exchange(2, 0, 7n)).toBeUndefined();
  expect(last.exchange(1, 0, 8n)).toBe(5n);
  expect(last.exchange(1, 1, 9n)).toBe(6n);
});

test("a child begins with its parent's values, and then has its own", () => {
  const last = new LastValues();
  last.exchange(1, 0, 5n);
  last.fork(1, 2);
  last.exchange(1, 0, 6n);
  expect(last.exchange(2, 0, 9n)).toBe(5n);
  expect(last.exchange(1, 0, 7n)).toBe(6n);
});

test("a number given again does not bring the values of whom it was before", () => {
  const last = new LastValues();
  last.exchange(2, 0, 5n);
  last.fork(1, 2);
  expect(last.exchange(2, 0, 6n)).toBeUndefined();
});

test("behind a value that could not be found out, none is known", () => {
  const last = new LastValues();
  last.exchange(1, 0, 5n);
  last.exchange(1, 0, undefined);
  expect(last.exchange(1, 0, 6n)).toBeUndefined();
});

test("what was in memory is the first old value", () => {
  const last = new LastValues();
  last.begin(new Map([["12 1", Uint8Array.of(1, 2)]]));
  expect(last.exchange(12, 1, 0n)).toBe(0x0201n);
  expect(last.exchange(12, 0, 0n)).toBeUndefined();
});

test("bytes are a little-endian number of any length", () => {
  expect(littleEndian(Uint8Array.of())).toBe(0n);
  expect(littleEndian(Uint8Array.of(0xff, 0, 1))).toBe(0x1_00ffn);
  expect(littleEndian(new Uint8Array(9).fill(0xff))).toBe((1n << 72n) - 1n);
});
