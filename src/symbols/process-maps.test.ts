import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Mapping, mappingAt, overlay, parseMaps, printMapping } from "./process-maps.ts";

const pathText = fc.string({
  unit: fc.constantFrom("a", " ", "(", ")", "é", "\\", "\n"),
  maxLength: 12,
});
/** The kernel's text is not one to one: these two paths look like something else. */
const isClear = (path: string) => !path.includes("\\012") && !path.endsWith(" (deleted)");

const file = fc
  .record({ path: pathText.map((it) => `/${it}`).filter(isClear), deleted: fc.boolean() })
  .chain((it) => fc.bigInt({ min: 1n, max: 1n << 62n }).map((inode) => ({ ...it, inode })));
const noFile = fc
  .constantFrom("", "[heap]", "[vdso]", "[stack]", "[anon:a name]")
  .map((path) => ({ path, deleted: false, inode: 0n }));

const mapping: fc.Arbitrary<Mapping> = fc
  .record({
    start: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
    length: fc.bigInt({ min: 1n, max: 1n << 40n }),
    perms: fc.constantFrom("r-xp", "rw-p", "---p", "r--s"),
    offset: fc.bigInt({ min: 0n, max: 1n << 50n }),
    major: fc.nat({ max: 0xfff }),
    minor: fc.nat({ max: 0xfffff }),
    what: fc.oneof(file, noFile),
  })
  .map(({ length, what, ...rest }) => ({ ...rest, ...what, end: rest.start + length }));

test("what is printed as the kernel prints it is parsed back", () => {
  fc.assert(
    fc.property(fc.array(mapping), (mappings) => {
      expect(parseMaps(`${mappings.map(printMapping).join("\n")}\n`)).toEqual(mappings);
    }),
  );
});

test("this process's own maps are parsed and printed to the byte", () => {
  const text = readFileSync("/proc/self/maps", "utf8");
  const printed = parseMaps(text).map((it) => `${printMapping(it)}\n`);
  expect(printed.length).toBeGreaterThan(10);
  expect(printed.join("")).toBe(text);
});

test("a line that is none is left out", () => {
  expect(parseMaps("\nnonsense\n00400000-00401000 r-xp\n")).toEqual([]);
});

test("an address is in the mapping whose start it is, and no longer in the one whose end it is", () => {
  const lines = [
    "1000-2000 r-xp 0 08:01 7 /a",
    "2000-3000 rw-p 0 00:00 0",
    "5000-6000 rw-p 0 00:00 0",
  ];
  const mappings = parseMaps(lines.join("\n"));
  const at = [0xfffn, 0x1000n, 0x1fffn, 0x2000n, 0x3000n, 0x5fffn, 0x6000n];
  expect(at.map((it) => mappingAt(mappings, it)?.start)).toEqual([
    undefined,
    0x1000n,
    0x1000n,
    0x2000n,
    undefined,
    0x5000n,
    undefined,
  ]);
});

test("laying mappings over each other is what MAP_FIXED does, byte by byte", () => {
  const piece = fc.record({ start: fc.nat({ max: 30 }), length: fc.integer({ min: 1, max: 10 }) });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const naive = new Map<number, string>();
      let mappings: Mapping[] = [];
      for (const [i, { start, length }] of pieces.entries()) {
        const end = start + length;
        mappings = overlay(mappings, mappingOf(BigInt(start), BigInt(end), BigInt(i)));
        for (let at = start; at < end; at++) naive.set(at, `file ${i} byte ${at - start}`);
      }
      for (let at = 0; at <= 41; at++) {
        const found = mappingAt(mappings, BigInt(at));
        const byte = found && BigInt(at) - found.start + found.offset;
        expect(found && `file ${found.inode - 1n} byte ${byte}`).toBe(naive.get(at));
      }
    }),
  );
});

function mappingOf(start: bigint, end: bigint, i: bigint): Mapping {
  const perms = "r-xp";
  return {
    start,
    end,
    perms,
    offset: 0n,
    major: 8,
    minor: 1,
    inode: i + 1n,
    path: "/x",
    deleted: false,
  };
}
