import { expect, test } from "vitest";
import { MemoryBytes } from "./byte-source.ts";
import { ElfFile } from "./elf.ts";
import { type BuiltSegment, buildSegments } from "./elf-builder.ts";
import { findImages, imageHolds } from "./image.ts";
import { MappedObject } from "./object-store.ts";
import { parseMaps } from "./process-maps.ts";

const [READ, CODE, DATA] = [4, 5, 6];

function segment(flags: number, offset: bigint, vaddr: bigint, filesz: bigint, bss = 0n) {
  return { flags, offset, vaddr, filesz, memsz: filesz + bss };
}

/** As GNU ld lays out: each kind of byte has its own pages, but the last of them. */
const SEPARATE = [
  segment(READ, 0n, 0n, 0x600n),
  segment(CODE, 0x1000n, 0x1000n, 0x200n),
  segment(READ, 0x2000n, 0x2000n, 0x100n),
  segment(DATA, 0x2df0n, 0x3df0n, 0x240n, 0x2000n),
];
/** As lld lays out: the file is packed, so one page of it is mapped for every segment. */
const PACKED = [
  segment(READ, 0n, 0n, 0x800n),
  segment(CODE, 0x800n, 0x1800n, 0x400n),
  segment(DATA, 0xc00n, 0x5c00n, 0x100n),
];

function imagesOf(segments: readonly BuiltSegment[], ...lines: readonly string[]) {
  const elf = new ElfFile(new MemoryBytes("built", buildSegments(segments)));
  const object = new MappedObject("/built", elf, []);
  return findImages(object, parseMaps(lines.map((it) => `${it} 08:01 7 /built`).join("\n")));
}

const biasesOf = (...its: Parameters<typeof imagesOf>) => imagesOf(...its).map((it) => it.bias);

test("all mappings of one loading agree on its bias, though a page is in two segments", () => {
  const lines = [
    "10000-11000 r--p 0",
    "11000-12000 r-xp 1000",
    "12000-13000 r--p 2000",
    "13000-14000 r--p 2000",
    "14000-15000 rw-p 3000",
  ];
  expect(biasesOf(SEPARATE, ...lines)).toEqual([0x10000n]);
  const packed = ["10000-11000 r--p 0", "11000-12000 r-xp 0", "15000-16000 rw-p 0"];
  expect(biasesOf(PACKED, ...packed)).toEqual([0x10000n]);
});

test("a mapping of code alone is that of the segment of code", () => {
  expect(biasesOf(PACKED, "11000-12000 --xp 0")).toEqual([0x10000n]);
  expect(biasesOf(SEPARATE, "11000-12000 --xp 1000")).toEqual([0x10000n]);
});

test("two loadings of one file are two images", () => {
  const lines = ["10000-11000 r--p 0", "11000-12000 r-xp 1000"];
  const again = ["50000-51000 r--p 0", "51000-52000 r-xp 1000"];
  expect(biasesOf(SEPARATE, ...lines, ...again)).toEqual([0x10000n, 0x50000n]);
});

test("a second mapping inside the hole of the first is not a part of it", () => {
  const lines = ["10000-11000 r--p 0", "11000-12000 r-xp 0", "14000-15000 r--p 0"];
  expect(biasesOf(PACKED, ...lines)).toEqual([0x10000n, 0x14000n]);
});

test("a file that is only read is no image", () => {
  expect(imagesOf(SEPARATE, "10000-12000 r--p 0")).toEqual([]);
  expect(imagesOf(SEPARATE, "10000-1a000 r--s 0")).toEqual([]);
});

test("an image holds its mappings and the .bss behind its data, and not a byte more", () => {
  const [image] = imagesOf(SEPARATE, "11000-12000 r-xp 1000", "13000-15000 rw-p 2000");
  const holds = [0x10fffn, 0x11000n, 0x12000n, 0x15000n, 0x1602fn, 0x16030n].map(
    (at) => image !== undefined && imageHolds(image, at),
  );
  expect(holds).toEqual([false, true, false, true, true, false]);
});

test("an image of code alone has no .bss", () => {
  const [image] = imagesOf(SEPARATE, "11000-12000 r-xp 1000");
  expect(image !== undefined && imageHolds(image, 0x15000n)).toBe(false);
});
