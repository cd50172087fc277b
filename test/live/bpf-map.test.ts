import { expect } from "vitest";
import { BpfMap, openSys, words32 } from "../../src/linux/index.ts";
import { requires } from "./requires.ts";

const test = requires({ root: true, registers: 0, commands: [] });
const sys = openSys();

function create(type: "hash" | "lruHash" | "array"): BpfMap {
  const map = BpfMap.create(sys, { type, keyBytes: 4, valueBytes: 8, maxEntries: 64 });
  if (!map.ok) throw new Error(`create a map: ${map.error}`);
  return map.value;
}

const value = (byte: number) => new Uint8Array(8).fill(byte);

test.each(["hash", "lruHash"] as const)("a %s has what was put in until it is deleted", (type) => {
  using map = create(type);
  expect(map.lookup(words32(1))).toBeUndefined();
  expect(map.update(words32(1), value(7)).ok).toBe(true);
  expect(map.lookup(words32(1))).toEqual(value(7));
  expect(map.update(words32(1), value(8), "ifAbsent")).toMatchObject({ error: "EEXIST" });
  expect(map.lookup(words32(1))).toEqual(value(7));
  expect(map.delete(words32(1)).ok).toBe(true);
  expect(map.lookup(words32(1))).toBeUndefined();
  expect(map.delete(words32(1))).toMatchObject({ error: "ENOENT" });
});

test.each(["hash", "lruHash"] as const)("a %s that was cleared has nothing", (type) => {
  using map = create(type);
  for (let key = 0; key < 40; key += 1) map.update(words32(key), value(1));
  map.clear(4);
  for (let key = 0; key < 40; key += 1) expect(map.lookup(words32(key))).toBeUndefined();
});

test("an array cannot be cleared, and trying to ends", () => {
  using map = create("array");
  map.update(words32(3), value(9));
  map.clear(4);
  expect(map.lookup(words32(3))).toEqual(value(9));
});
