import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { asPid } from "../../base/index.ts";
import { parseMaps } from "../process-maps.ts";
import { Symbolizer } from "../symbolizer.ts";

/** Every so many instructions one is asked for; a prime, so that all kinds come by. */
const STEP = 397;

/** The C library that this very process has mapped, and where it starts. */
function library() {
  const maps = parseMaps(readFileSync("/proc/self/maps", "utf8"));
  const libc = maps.find(({ path }) => /\/libc\.so\.6$/.test(path));
  if (libc === undefined) throw new Error("read /proc/self/maps: no libc.so.6: use glibc");
  return { path: libc.path, bias: libc.start - libc.offset };
}

/** Addresses of instructions and of what is behind them, as objdump has them, function by function. */
function instructionsOf(path: string): readonly (readonly [bigint, bigint])[] {
  const args = ["-d", "-j", ".text", "--no-show-raw-insn", path];
  const text = execFileSync("objdump", args, { encoding: "utf8", maxBuffer: 1 << 28 });
  return text.split("\n\n").flatMap((part) => {
    const lines = [...part.matchAll(/^\s+([0-9a-f]+):\t(.*)$/gm)];
    return lines.slice(1).flatMap(([, next], i) => {
      const [, address, code = ""] = lines[i] ?? [];
      // What fills the space between functions is in none of them.
      const fills = /^(nop|xchg +%ax,%ax|data16|cs nop|\(bad\))/.test(code);
      return fills ? [] : [[BigInt(`0x${address}`), BigInt(`0x${next}`)] as const];
    });
  });
}

test("the instruction before any address of the C library is the one that objdump shows there", () => {
  const { path, bias } = library();
  using symbols = new Symbolizer();
  const pairs = instructionsOf(path).filter((_, i) => i % STEP === 0);
  expect(pairs.length).toBeGreaterThan(500);
  const wrong = pairs.filter(([address, next]) => {
    const found = symbols.instructionBefore(asPid(process.pid), bias + next);
    return found?.instruction?.address !== bias + address || found.doubt !== undefined;
  });
  expect(wrong.map(([address]) => address.toString(16))).toEqual([]);
}, 60_000);
