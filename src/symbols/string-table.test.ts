import { expect, test } from "vitest";
import { MemoryBytes } from "./byte-source.ts";
import { placesOfName, stringAt, withoutVersion } from "./string-table.ts";

const PIECE = 1 << 22;

function tableOf(bytes: Uint8Array) {
  const section = { name: ".strtab", type: 3, flags: 0n, addr: 0n, link: 0, entsize: 0 };
  return [new MemoryBytes("built", bytes), { ...section, offset: 0, size: bytes.length }] as const;
}

test("a name that lies across two pieces of a large table is found, and once", () => {
  for (const shift of [-8, -7, -4, -1, 0, 1]) {
    const bytes = new Uint8Array(PIECE + 100);
    bytes.set(Buffer.from("counter\0"), PIECE + shift);
    expect([...placesOfName(...tableOf(bytes), "counter")]).toEqual([PIECE + shift]);
  }
});

test("a name is found where it is the tail of another, for linkers share tails", () => {
  const bytes = Buffer.from("\0recount\0count@V1\0counts\0");
  expect([...placesOfName(...tableOf(bytes), "count")]).toEqual([3, 9]);
});

test("a long name is read whole, one without an end as far as the table goes", () => {
  const long = `_Z${"N3foo".repeat(2_000)}E`;
  const bytes = Buffer.from(`\0${long}\0open`);
  expect(stringAt(...tableOf(bytes), 1)).toBe(long);
  expect(stringAt(...tableOf(bytes), long.length + 2)).toBe("open");
  expect(stringAt(...tableOf(bytes), 1 << 30)).toBe("");
});

test("a version is cut off, but a name may begin with @", () => {
  expect(["f@@V2", "f@V1", "f", "@f"].map(withoutVersion)).toEqual(["f", "f", "f", "@f"]);
});
