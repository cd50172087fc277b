import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Workshop } from "../test-programs.ts";
import { DebugObject } from "./debug-object.ts";
import { libdw } from "./libdw.ts";
import { type CodePlace, SourceLines, type SourcePlace } from "./line-of.ts";
import { succeeds } from "./test-tools.ts";

const INLINING_C = `
static int counter;
static inline int twice(int x) { return 2 * x; }
static inline int thrice(int x) { counter++; return twice(x) + x; }
__attribute__((noinline)) int mixed(int x)
{
  int y = thrice(x);
  if (x > 3)
    y += twice(y);
  counter = y;
  return y;
}
int main(int argc, char **argv)
{
  (void)argv;
  for (int i = 0; i < argc; i++)
    counter += mixed(i) + thrice(i);
  return counter;
}
`;

const TEMPLATES_CC = `
namespace shop {
template <typename T> struct Box {
  T value{};
  void put(T x) { value = x; total += x; }
  static T total;
};
template <typename T> T Box<T>::total = 0;
namespace { int hidden = 0; inline void hide(int x) { hidden ^= x; } }
struct Till { Box<int> ints; Box<double> doubles; void ring(int x); };
void Till::ring(int x) { ints.put(x); doubles.put(x / 2.0); hide(x); }
}
int main(int argc, char **) {
  shop::Till till;
  auto each = [&](int i) { till.ring(i); };
  for (int i = 0; i < argc; i++) each(i);
  return till.ints.value + shop::hidden;
}
`;

const haveLibdw = libdw() !== undefined;
const haveOracle = succeeds("llvm-symbolizer", "--version");

describe.runIf(haveLibdw && haveOracle)("each instruction has the place that llvm says", () => {
  test.each(["-O0", "-O1", "-O2", "-O3", "-Os"])("of C compiled with %s", (level) => {
    compareAll("gcc", "inlining.c", INLINING_C, level);
  });

  test.each(["-O0", "-O1", "-O2", "-O3", "-Og"])("of C++ compiled with %s", (level) => {
    compareAll("g++", "templates.cc", TEMPLATES_CC, level);
  });

  test("of DWARF 4, of compressed sections, and of units with several ranges", () => {
    for (const flag of ["-gdwarf-4", "-gz", "-ffunction-sections"]) {
      compareAll("gcc", "inlining.c", INLINING_C, "-O2", flag);
    }
  });
});

test.runIf(haveLibdw)("split debug info names the same places as debug info in one piece", () => {
  using workshop = new Workshop();
  const source = workshop.write("inlining.c", INLINING_C);
  const [whole, split] = ["-gno-split-dwarf", "-gsplit-dwarf"].map((flag) => {
    const program = workshop.path(`program${flag}`);
    workshop.run("gcc", "-O2", "-g", flag, source, "-o", program);
    return placesOf(program, instructionsOf(program));
  });
  expect(split).toEqual(whole);
  expect(split?.some((it) => (it?.inlinedInto.length ?? 0) > 0)).toBe(true);
});

test.runIf(haveLibdw)("a program without debug info has none, and that is said", () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [INLINING_C]);
  using debug = opened(path);
  expect(debug.problem).toEqual({ kind: "none" });
  expect(new SourceLines(debug).lineOf(0x1000n)).toBeUndefined();
});

test.runIf(haveLibdw)("a separate debug file is found by its link", () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [INLINING_C], "-g");
  const addresses = instructionsOf(path);
  const before = placesOf(path, addresses);
  workshop.run("objcopy", "--only-keep-debug", path, `${path}.debug`);
  workshop.run("strip", "-g", path);
  workshop.run("objcopy", `--add-gnu-debuglink=${path}.debug`, path);
  expect(placesOf(path, addresses)).toEqual(before);
});

/** Compares file, line, column, function and the chain of callers, of every instruction of .text. */
function compareAll(compiler: string, name: string, text: string, ...flags: readonly string[]) {
  using workshop = new Workshop();
  const source = workshop.write(name, text);
  const path = workshop.path("program");
  workshop.run(compiler, "-g", ...flags, source, "-o", path);
  const addresses = instructionsOf(path);
  const ours = placesOf(path, addresses).map((it) => (it === undefined ? [] : chainOf(it)));
  const theirs = oracle(path, addresses);
  const known = theirs.filter((chain) => chain[0]?.file === source);
  expect(known.length).toBeGreaterThan(20);
  const wrong = addresses.flatMap((address, i) =>
    theirs[i]?.[0]?.file === source && !same(ours[i], theirs[i])
      ? [{ address: address.toString(16), ours: ours[i], theirs: theirs[i] }]
      : [],
  );
  expect(wrong).toEqual([]);
}

function same(ours: readonly SourcePlace[] = [], theirs: readonly SourcePlace[] = []): boolean {
  return JSON.stringify(ours.map(comparable)) === JSON.stringify(theirs.map(comparable));
}

/**
 * Where GCC left the linkage name out, as of lambdas and of what is in unnamed namespaces, llvm has
 * no scopes, or takes all from the symbol table.
 */
function comparable({ function: name = "", ...place }: SourcePlace): SourcePlace {
  const short = name
    .replace(/^.*\(anonymous namespace\)::(.*?)(\(int\))?$/, "$1")
    .replace(/^.*operator\(\).*$/, "operator()");
  return { ...place, function: short };
}

function chainOf(place: CodePlace): SourcePlace[] {
  return [place, ...place.inlinedInto].map(({ file, line, column, function: name }) => ({
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(name === undefined ? {} : { function: name }),
  }));
}

interface LlvmFrame {
  readonly FileName: string;
  readonly Line: number;
  readonly Column: number;
  readonly FunctionName: string;
}

function oracle(path: string, addresses: readonly bigint[]): SourcePlace[][] {
  const args = [`--obj=${path}`, "--output-style=JSON", "--demangle"];
  const input = addresses.map((it) => `0x${it.toString(16)}`).join("\n");
  const output = execFileSync("llvm-symbolizer", args, { input, encoding: "utf8" });
  return output
    .trim()
    .split("\n")
    .map((line) => {
      const { Symbol: frames }: { Symbol: readonly LlvmFrame[] } = JSON.parse(line);
      return frames.map(({ FileName, Line, Column, FunctionName }) => ({
        file: FileName,
        ...(Line > 0 ? { line: Line } : {}),
        ...(Line > 0 && Column > 0 ? { column: Column } : {}),
        function: FunctionName,
      }));
    });
}

function placesOf(path: string, addresses: readonly bigint[]): (CodePlace | undefined)[] {
  using debug = opened(path);
  const lines = new SourceLines(debug);
  return addresses.map((address) => lines.lineOf(address));
}

function opened(path: string): DebugObject {
  const fd = openSync(path, "r");
  try {
    const debug = DebugObject.open({ path, fd, roots: ["/"] });
    if (debug === undefined) throw new Error("libdw is there, and yet is not");
    return debug;
  } finally {
    closeSync(fd);
  }
}

function instructionsOf(path: string): bigint[] {
  const listing = execFileSync("objdump", ["-d", "-j", ".text", "--no-show-raw-insn", path]);
  return [...listing.toString().matchAll(/^ +([0-9a-f]+):/gm)].map((it) => BigInt(`0x${it[1]}`));
}
