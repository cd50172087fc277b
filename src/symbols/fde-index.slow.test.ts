import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { ElfFile } from "./elf.ts";
import { Workshop } from "./test-programs.ts";

const PROGRAM = `
  __attribute__((noinline)) int one(int a) { return a * 3; }
  __attribute__((noinline)) static int two(int a) { return one(a) + one(a + 1); }
  int main(int argc, char **argv) { (void)argv; return two(argc); }
`;

test("where functions start is known of a stripped file, for each of their bytes and no other", () => {
  using shop = new Workshop();
  const path = shop.compile("program", [PROGRAM], "-fno-inline");
  const symbols = execFileSync("nm", ["-S", path], { encoding: "utf8" });
  const functions = [...symbols.matchAll(/^(\w{16}) (\w{16}) [tT] (one|two\S*|main|_start)$/gm)];
  expect(functions.length).toBe(4);
  shop.run("strip", path);
  using elf = ElfFile.open(path);
  const index = elf.fdeIndex();
  for (const [, value = "", size = ""] of functions) {
    const [start, length] = [BigInt(`0x${value}`), BigInt(`0x${size}`)];
    for (let at = start; at < start + length; at += 1n) expect(index?.startOf(at)).toBe(start);
    expect(index?.startOf(start + length)).not.toBe(start);
    expect(index?.startOf(start - 1n)).not.toBe(start);
  }
  expect(index?.startOf(0n)).toBeUndefined();
});
