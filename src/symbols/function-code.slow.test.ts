import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Pid } from "../base/index.ts";
import { libdw } from "./dwarf/libdw.ts";
import { succeeds } from "./dwarf/test-tools.ts";
import { functionCode } from "./function-code.ts";
import { Kallsyms } from "./kallsyms.ts";
import { Running, Workshop } from "./test-programs.ts";

const TEXT = `
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
namespace shop {
int total;
template <typename T> struct Box {
  T value;
  void set(T x) { value = x; total++; }
  __attribute__((noinline)) void add(T x) { value += x; }
};
inline void bump(int x) { total += x; }
inline void twice(int x) { bump(x); bump(2 * x); }
__attribute__((cold, noinline)) void fail(int x) { std::printf("%d\\n", x); }
__attribute__((noinline)) void rare(int x) { total ^= x; if (x == 4711) { fail(1); fail(total); std::abort(); } total *= 3; }
}
static shop::Box<int> ints;
static shop::Box<double> doubles;
__attribute__((noinline)) void one(int x) { shop::bump(x); ints.set(x); shop::rare(x); }
__attribute__((noinline)) void two(int x) { shop::twice(x); doubles.set(x); ints.add(x); doubles.add(x); }
int main(int argc, char **) {
  one(argc); two(argc); std::printf("%p\\n", (void *)&main); std::fflush(stdout); for (;;) pause();
}
`;
const LEVELS = ["-O0", "-O1", "-O2", "-O3"] as const;
const FUNCTIONS = [
  "one",
  "shop::bump",
  "bump",
  "shop::twice",
  "shop::rare",
  "shop::Box::set",
  "shop::Box<int>::set",
  "Box<double>::add(double)",
  "shop::Box::add",
];

const canAsk = libdw() !== undefined && succeeds("llvm-symbolizer", "--version");

describe.runIf(canAsk)("a function is exactly where llvm-symbolizer says that it runs", () => {
  test.each(LEVELS)(
    "compiled with %s, inlined copies and what is put aside included",
    async (level) => {
      using workshop = new Workshop();
      const path = compile(workshop, level);
      await using running = await Running.start(path);
      const addresses = instructionsOf(path);
      const chains = chainsOf(path, addresses);
      for (const name of FUNCTIONS) {
        const bias = biasOf(running.pid, path);
        const ours = addresses.filter((it) => holds(running.pid, name, it + bias));
        const theirs = addresses.filter((_, i) => chains[i]?.some((it) => isMeant(it, name)));
        expect.soft({ name, ours: ours.map(hex) }).toEqual({ name, ours: theirs.map(hex) });
        if (level !== "-O0") expect.soft(theirs.length, name).toBeGreaterThan(0);
      }
    },
  );
});

test("without debug info a function has its own code, and what compilers put aside of it", async () => {
  using workshop = new Workshop();
  const path = compile(workshop, "-O2", "-fno-inline");
  workshop.run("strip", "-g", path);
  await using running = await Running.start(path);
  const found = functionCode(running.pid, { name: "shop::rare" });
  expect(found.ok ? found.value.extents.length : found.error).toBe(2);
  expect(functionCode(running.pid, { name: "shop::gone" })).toMatchObject({
    ok: false,
    error: { kind: "unknown" },
  });
});

test.runIf(libdw() !== undefined)(
  "static functions of one name are told apart by their files",
  async () => {
    using workshop = new Workshop();
    const one =
      "__attribute__((noinline)) static int step(int x) { return x + 1; } int one(int x) { return step(x); }";
    const two = `#include <stdio.h>
    #include <unistd.h>
    int one(int); int counter;
    __attribute__((noinline)) static int step(int x) { counter += x; return counter; }
    int main(int argc, char **argv) { (void)argv; printf("%d\\n", one(argc) + step(argc)); fflush(stdout); for (;;) pause(); }`;
    await using running = await Running.start(
      workshop.compile("program", [one, two], "-g", "-fno-ipa-icf"),
    );
    const both = functionCode(running.pid, { name: "step" });
    expect(both.ok ? both.value.meanings : both.error).toEqual(["program-0.c:1", "program-1.c:4"]);
    const own = functionCode(running.pid, { name: "step", object: "program-1.c" });
    expect(own.ok ? own.value.meanings : own.error).toEqual([]);
    expect(own.ok && both.ok ? both.value.extents.length - own.value.extents.length : 0).toBe(1);
  },
);

const kernel = new Kallsyms(readFileSync("/proc/kallsyms"));

test.runIf(kernel.unavailable === undefined)(
  "a function that only the kernel has is found there, up to the next",
  async () => {
    using workshop = new Workshop();
    await using running = await Running.start(compile(workshop, "-O1"));
    const found = functionCode(running.pid, { name: "ksys_read" });
    const [extent, ...others] = found.ok ? found.value.extents : [];
    expect(others).toEqual([]);
    expect(kernel.lookup(extent?.start ?? 0n)?.name).toBe("ksys_read");
    expect(kernel.lookup((extent?.end ?? 1n) - 1n)?.name).toBe("ksys_read");
    expect(kernel.lookup(extent?.end ?? 0n)?.name).not.toBe("ksys_read");
    expect(functionCode(running.pid, { name: "ksys_read", object: "kernel" })).toEqual(found);
  },
);

function compile(workshop: Workshop, ...flags: readonly string[]): string {
  const source = workshop.write("shop.cc", TEXT);
  workshop.run("g++", "-g", ...flags, source, "-o", "shop");
  return workshop.path("shop");
}

function holds(pid: Pid, name: string, address: bigint): boolean {
  const known = codes.get(`${pid} ${name}`) ?? functionCode(pid, { name });
  codes.set(`${pid} ${name}`, known);
  const extents = known.ok ? known.value.extents : [];
  return extents.some(({ start, end }) => start <= address && address < end);
}
const codes = new Map<string, ReturnType<typeof functionCode>>();

function biasOf(pid: Pid, path: string): bigint {
  const [first = ""] = readFileSync(`/proc/${pid}/maps`, "utf8")
    .split("\n")
    .filter((line) => line.endsWith(path));
  return BigInt(`0x${first.split("-")[0]}`);
}

function instructionsOf(path: string): bigint[] {
  const listing = execFileSync("objdump", ["-d", "-j", ".text", "--no-show-raw-insn", path]);
  return [...listing.toString().matchAll(/^ +([0-9a-f]+):/gm)].map((it) => BigInt(`0x${it[1]}`));
}

/** The functions at each address, as llvm-symbolizer names them. */
function chainsOf(path: string, addresses: readonly bigint[]): readonly (readonly string[])[] {
  const output = execFileSync("llvm-symbolizer", [`--obj=${path}`, "--output-style=JSON"], {
    input: addresses.map(hex).join("\n"),
    encoding: "utf8",
  });
  const lines = output.trim().split("\n");
  return lines.map((line) => {
    const { Symbol: frames }: { Symbol: readonly { FileName: string; FunctionName: string }[] } =
      JSON.parse(line);
    // What has no source is named by the nearest symbol, over the padding behind it, too.
    return frames.filter(({ FileName }) => FileName !== "").map(({ FunctionName }) => FunctionName);
  });
}

/** `shop::Box<int>::set(int)` is `Box::set`, `Box<int>::set`, and with its parameters. */
function isMeant(whole: string, name: string): boolean {
  const bare = whole.replace(/\(.*\)$/, "");
  const spellings = [whole, bare, bare.replace(/<[^<>]*>/g, "")];
  return spellings.some((it) => it === name || it.endsWith(`::${name}`));
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}
