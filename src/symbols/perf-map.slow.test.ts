import { appendFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { JitSymbols, PerfMapFile } from "./perf-map.ts";
import { Workshop } from "./test-programs.ts";

const entry = fc.record({
  start: fc.nat({ max: 80 }),
  size: fc.integer({ min: 0, max: 20 }),
  name: fc.string({ unit: fc.constantFrom("f", "é", " ", "9"), minLength: 1, maxLength: 6 }),
});
const BASE = 0x7f0000000000n;

type Entry = { start: number; size: number; name: string };
const lineOf = ({ start, size, name }: Entry) =>
  `${(BASE + BigInt(start)).toString(16)} ${size.toString(16)} ${name}\n`;

test("a map that comes in pieces, cut at any byte, names what a naive scan names", () => {
  fc.assert(
    fc.property(
      fc.array(entry),
      fc.array(fc.nat({ max: 400 })),
      fc.nat({ max: 110 }),
      (entries, cuts, at) => {
        const bytes = Buffer.from(entries.map(lineOf).join(""));
        const symbols = new JitSymbols();
        let fed = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
          symbols.feed(bytes.subarray(fed, cut));
          symbols.lookup(BASE);
          fed = Math.max(fed, Math.min(cut, bytes.length));
        }
        const naive = entries.findLast((it) => it.start <= at && at < it.start + it.size);
        expect(symbols.length).toBe(entries.length);
        expect(symbols.lookup(BASE + BigInt(at))?.name).toBe(naive?.name);
      },
    ),
  );
});

test("code compiled later hides what it overlaps", () => {
  const symbols = new JitSymbols();
  symbols.feed(Buffer.from("1000 100 old\n1040 20 new\n"));
  const names = [0x103fn, 0x1040n, 0x105fn, 0x1060n].map((at) => symbols.lookup(at)?.name);
  expect(names).toEqual(["old", "new", "new", "old"]);
});

test("lines that are none are skipped, addresses with 0x are taken", () => {
  const symbols = new JitSymbols();
  symbols.feed(Buffer.from("\nrubbish\n1000 10\n1000 xyz f\n0x2000 0x10 g\n"));
  expect(symbols.length).toBe(1);
  expect(symbols.lookup(0x200fn)?.name).toBe("g");
});

test("a line that never ends is not kept", () => {
  const symbols = new JitSymbols();
  symbols.feed(Buffer.alloc(1 << 20, "a"));
  symbols.feed(Buffer.from("\n1000 10 f\n"));
  expect(symbols.lookup(0x1000n)?.name).toBe("f");
});

test("a file is read on from where it ended, through half a line", () => {
  using workshop = new Workshop();
  using map = new PerfMapFile([workshop.write("map", "1000 10 one\n2000 10 tw")]);
  map.refresh();
  expect([map.lookup(0x1000n)?.name, map.lookup(0x2000n)]).toEqual(["one", undefined]);
  appendFileSync(workshop.path("map"), "o\n3000 10 three\n");
  map.refresh();
  expect([0x1000n, 0x2000n, 0x3000n].map((at) => map.lookup(at)?.name)).toEqual([
    "one",
    "two",
    "three",
  ]);
});

test("a file that was truncated or replaced is read anew", () => {
  using workshop = new Workshop();
  const path = workshop.write("map", "1000 10 first\n2000 10 second\n");
  using map = new PerfMapFile([path]);
  map.refresh();
  truncateSync(path, 0);
  appendFileSync(path, "3000 10 third\n");
  map.refresh();
  expect([map.lookup(0x1000n), map.lookup(0x3000n)?.name]).toEqual([undefined, "third"]);
  renameSync(workshop.write("other", `4000 10 ${"long".repeat(20)}\n`), path);
  map.refresh();
  expect([map.lookup(0x3000n), map.lookup(0x4000n)?.name]).toEqual([undefined, "long".repeat(20)]);
});

test("a map that appears late is found, and one that vanishes stays known", () => {
  using workshop = new Workshop();
  using map = new PerfMapFile([workshop.path("late")]);
  map.refresh();
  expect(map.lookup(0x1000n)).toBeUndefined();
  const path = workshop.write("late", "1000 10 f\n");
  map.refresh();
  renameSync(path, workshop.path("gone"));
  appendFileSync(workshop.path("gone"), "2000 10 last\n");
  map.refresh();
  expect([0x1000n, 0x2000n].map((at) => map.lookup(at)?.name)).toEqual(["f", "last"]);
});

test("the map of an owner who is not trusted is not read", () => {
  using workshop = new Workshop();
  writeFileSync(workshop.path("map"), "1000 10 lie\n");
  using map = new PerfMapFile([workshop.path("map")], () => false);
  map.refresh();
  expect(map.lookup(0x1000n)).toBeUndefined();
});

test("where the first path is gone with its process, the second is read", () => {
  using workshop = new Workshop();
  const left = workshop.write("left", "1000 10 one\n");
  using map = new PerfMapFile([workshop.path("gone"), left]);
  map.refresh();
  expect(map.lookup(0x1008n)?.name).toBe("one");
});
