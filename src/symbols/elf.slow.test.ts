import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryBytes } from "./byte-source.ts";
import { ElfFile } from "./elf.ts";
import { type BuiltSymbol, buildElf } from "./elf-builder.ts";
import { ElfError } from "./elf-error.ts";
import { Workshop } from "./test-programs.ts";

const [FUNC, OBJECT, NOTYPE, TLS] = [2, 1, 0, 6];
const [LOCAL, GLOBAL, WEAK] = [0, 1, 2];
const FUZZ_RUNS = Number(process.env.TRAPLINE_FUZZ ?? 2_000);

const PROGRAM = `
  static int hidden = 3;
  int shared = 4;
  int zeroed[100];
  __thread int each = 5;
  static int helper(int x) { return x + hidden; }
  int __attribute__((weak)) weakly(int x) { return helper(x) * 2 + each; }
  int main(void) { return weakly(shared) + zeroed[3]; }
`;

const shape = fc.record({ bits: fc.constantFrom(32, 64), little: fc.boolean() });

const builtSymbol: fc.Arbitrary<BuiltSymbol> = fc.record({
  name: fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom("a", "b", "_", "é") }),
  value: fc.bigInt({ min: 0x1000n, max: 0x1080n }),
  size: fc.oneof(fc.nat({ max: 40 }), fc.constant(0)),
  type: fc.constantFrom(FUNC, OBJECT, NOTYPE),
  binding: fc.constantFrom(LOCAL, GLOBAL, WEAK),
  section: fc.constant(1),
});

function readBytes(bytes: Uint8Array): ElfFile {
  return new ElfFile(new MemoryBytes("built", bytes));
}

test("the defined symbols of a program are those that nm and readelf list", () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [PROGRAM]);
  using elf = ElfFile.open(path);
  const ours = [...(elf.symtab()?.symbols() ?? [])].map(
    (it) => `${it.value.toString(16).padStart(16, "0")} ${it.size} ${it.type} ${it.name}`,
  );
  const listed = execFileSync("readelf", ["--wide", "--syms", path], { encoding: "utf8" });
  const table = listed.slice(listed.indexOf("'.symtab'"));
  const theirs = table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , type, , , section, name]) => name && section !== "UND" && type !== "FILE")
    .filter(([row, , , type]) => /^\d+:$/.test(row ?? "") && type !== "SECTION")
    .map(([, value, size, type, , , , name]) => `${value} ${size} ${type?.toLowerCase()} ${name}`);
  expect(theirs.length).toBeGreaterThan(20);
  expect(ours.toSorted()).toEqual(theirs.toSorted());
});

test("the build id is the one that readelf prints", () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [PROGRAM], "-Wl,--build-id=sha1");
  using elf = ElfFile.open(path);
  const notes = execFileSync("readelf", ["--notes", path], { encoding: "utf8" });
  expect(elf.buildId()).toBe(/Build ID: ([0-9a-f]{40})/.exec(notes)?.[1]);
});

test("a file without a build id has none", () => {
  using workshop = new Workshop();
  using elf = ElfFile.open(workshop.compile("program", [PROGRAM], "-Wl,--build-id=none"));
  expect(elf.buildId()).toBeUndefined();
});

test("thread-local symbols are listed, but are at no address", () => {
  const tls = { name: "each", value: 0x1000n, size: 8, type: TLS, binding: GLOBAL, section: 1 };
  const elf = readBytes(buildElf([tls], { bits: 64, little: true }));
  expect(elf.symtab()?.named("each")).toMatchObject([{ type: "tls", value: 0x1000n }]);
  expect(elf.symtab()?.lookup(0x1000n)).toBeUndefined();
});

test("absolute symbols are numbers: they have a name, but are at no address", () => {
  const answer = { name: "answer", value: 0x1000n, size: 8, type: OBJECT, binding: GLOBAL };
  const elf = readBytes(buildElf([{ ...answer, section: 0xfff1 }], { bits: 64, little: true }));
  expect(elf.symtab()?.named("answer")).toMatchObject([{ absolute: true, value: 0x1000n }]);
  expect(elf.symtab()?.lookup(0x1000n)).toBeUndefined();
});

test("both classes and both byte orders read back what was written", () => {
  fc.assert(
    fc.property(fc.array(builtSymbol), shape, (symbols, form) => {
      const read = [...(readBytes(buildElf(symbols, form)).symtab()?.symbols() ?? [])];
      expect(read.map(({ name, value, size }) => ({ name, value, size }))).toEqual(
        symbols.map(({ name, value, size }) => ({ name, value, size })),
      );
    }),
  );
});

test("a lookup finds the nearest start that a naive scan finds", () => {
  fc.assert(
    fc.property(
      fc.array(builtSymbol),
      fc.bigInt({ min: 0xff0n, max: 0x10c0n }),
      shape,
      (symbols, at, form) => {
        const found = readBytes(buildElf(symbols, form)).symtab()?.lookup(at);
        const starts = symbols
          .filter((it) => it.value <= at && at < it.value + BigInt(it.size))
          .map((it) => it.value);
        const naive = starts.toSorted((a, b) => (a < b ? -1 : 1)).at(-1);
        if (naive === undefined) expect(found?.size ?? 0).toBe(0);
        else expect(found?.value).toBe(naive);
      },
    ),
  );
});

test("of several names of one place the typed, the exported, the plain is preferred", () => {
  const at = { value: 0x1000n, size: 16, section: 1 };
  const names = (...symbols: BuiltSymbol[]) =>
    readBytes(buildElf(symbols, { bits: 64, little: true }))
      .symtab()
      ?.lookup(0x1004n)?.name;
  const plain = { ...at, name: "write", type: FUNC, binding: WEAK };
  const internal = { ...at, name: "__write", type: FUNC, binding: GLOBAL };
  const local = { ...at, name: "w", type: FUNC, binding: LOCAL };
  const label = { ...at, name: "l", type: NOTYPE, binding: GLOBAL };
  expect(names(label, local, internal, plain)).toBe("write");
  expect(names(label, local, internal)).toBe("__write");
  expect(names(label, local)).toBe("w");
});

test("a label of assembly code reaches to the next symbol, one of data only its own byte", () => {
  const base = { size: 0, type: NOTYPE, binding: GLOBAL };
  const code = { ...base, name: "entry", value: 0x1000n, section: 1 };
  const next = { ...base, name: "next", value: 0x1010n, section: 1 };
  const data = { ...base, name: "bss", value: 0x12000n, section: 2 };
  const table = readBytes(buildElf([code, next, data], { bits: 64, little: true })).symtab();
  const names = [0x100fn, 0x1010n, 0x12000n, 0x12001n].map((at) => table?.lookup(at)?.name);
  expect(names).toEqual(["entry", "next", "bss", undefined]);
});

test("a name is found whether or not it bears a version, and not inside a longer one", () => {
  const at = { size: 1, type: FUNC, binding: GLOBAL, section: 1 };
  const names = ["copy", "memcopy", "copy@@V2", "copyright", "copy@V1"];
  const symbols = names.map((name, i) => ({ ...at, name, value: 0x1000n + BigInt(i) }));
  const table = readBytes(buildElf(symbols, { bits: 64, little: true })).symtab();
  const found = table?.named("copy").map((it) => it.name);
  expect(found).toEqual(["copy", "copy@@V2", "copy@V1"]);
});

test("the odd address of a Thumb function is its even one", () => {
  const symbol = { name: "f", value: 0x1001n, size: 4, type: FUNC, binding: GLOBAL, section: 1 };
  const elf = readBytes(buildElf([symbol], { bits: 32, little: true, machine: 40 }));
  expect(elf.symtab()?.named("f")[0]?.value).toBe(0x1000n);
});

test("two hundred thousand symbols are all found", { timeout: 30_000 }, () => {
  const symbols = Array.from({ length: 200_000 }, (_, i) => ({
    name: `f${i}`,
    value: 0x1000n + BigInt((i * 7_919) % 200_000) * 16n,
    size: 16,
    type: FUNC,
    binding: GLOBAL,
    section: 1,
  }));
  const table = readBytes(buildElf(symbols, { bits: 64, little: true })).symtab();
  for (const i of [0, 1, 99_999, 199_999]) {
    const value = symbols[i]?.value ?? 0n;
    expect(table?.lookup(value + 15n)?.name).toBe(`f${i}`);
    expect(table?.named(`f${i}`)[0]?.value).toBe(value);
  }
});

test("what is no ELF file says where it stops being one", () => {
  using workshop = new Workshop();
  expect(() =>
    ElfFile.open(workshop.write("text", "#!/bin/sh\necho this is no program\n")),
  ).toThrow("no ELF magic at offset 0x0");
  expect(() => ElfFile.open(workshop.write("short", "\x7fELF"))).toThrow("passes the end");
  expect(() => ElfFile.open(workshop.path("missing"))).toThrow(ElfError);
  expect(() => ElfFile.open("/dev/null")).toThrow("not a regular file");
});

test("a symbol table that claims more than the file holds is refused, not allocated", () => {
  const bytes = buildElf([], { bits: 64, little: true });
  const sections = Number(bytes.readBigUInt64LE(40));
  bytes.writeBigUInt64LE(1n << 40n, sections + 3 * 64 + 32);
  expect(() => readBytes(bytes).symtab()).toThrow(/\.symtab of 1099511627776 bytes/);
});

/** Everything that can be asked of a file. */
function exercise(elf: ElfFile): void {
  const asks = [
    () => elf.sections,
    () => elf.buildId(),
    () => elf.debugLink(),
    () => elf.dynamic(),
    () => elf.version(3),
    () => elf.symtab()?.lookup(0x4010n),
    () => elf.dynsym()?.lookup(0x4010n),
    () => elf.symtab()?.named("shared"),
    () => [...(elf.dynsym()?.names() ?? [])],
  ];
  for (const ask of asks) refusesOnlyAsElfError(ask);
}

function refusesOnlyAsElfError(ask: () => unknown): void {
  try {
    ask();
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
  }
}

test(`a file with any bytes changed or cut off gives an answer or an ElfError (${FUZZ_RUNS} files)`, {
  timeout: 20_000 + FUZZ_RUNS * 5,
}, () => {
  using workshop = new Workshop();
  const path = workshop.compile("lib.so", [PROGRAM], "-shared", "-fPIC", "-nostdlib");
  const original = readFileSync(path);
  // Headers and tables stand at both ends; the middle is code, which is not read.
  const place = fc.oneof(
    fc.nat({ max: 1_024 }),
    fc.nat({ max: 4_096 }).map((it) => original.length - 1 - it),
    fc.nat({ max: original.length - 1 }),
  );
  const byte = fc.oneof(fc.constantFrom(0, 0xff, 0x7f, 0x80), fc.nat({ max: 255 }));
  const change = fc.record({ place, byte, run: fc.constantFrom(1, 1, 4, 8) });
  const damage = fc.record({
    changes: fc.array(change, { maxLength: 6 }),
    length: fc.oneof(
      { weight: 9, arbitrary: fc.constant(original.length) },
      { weight: 1, arbitrary: place },
    ),
  });
  fc.assert(
    fc.property(damage, ({ changes, length }) => {
      const bytes = Uint8Array.from(original.subarray(0, length));
      for (const it of changes) bytes.fill(it.byte, it.place, it.place + it.run);
      refusesOnlyAsElfError(() => exercise(readBytes(bytes)));
    }),
    { numRuns: FUZZ_RUNS },
  );
});
