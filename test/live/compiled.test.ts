import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { afterAll, describe, expect } from "vitest";
import type { Hit } from "../../src/index.ts";
import { counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 1, commands: ["g++", "objdump", "llvm-symbolizer"] });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

interface Disassembled {
  readonly length: number;
  readonly mnemonic: string;
}

/** What objdump says of every instruction of the file, by its address. */
function disassemble(path: string): ReadonlyMap<bigint, Disassembled> {
  const args = ["-d", "--insn-width=16", "-M", "intel", path];
  const text = execFileSync("objdump", args, { encoding: "utf8", maxBuffer: 1 << 26 });
  const lines = text.matchAll(/^\s+([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t(.*)$/gm);
  return new Map(
    [...lines].map(([, address = "", bytes = "", code = ""]) => {
      const words = code.split(/\s+/).filter((word) => !/^(lock|rep|repz|bnd|notrack)$/.test(word));
      return [
        BigInt(`0x${address}`),
        { length: bytes.trim().split(" ").length, mnemonic: words[0] ?? "" },
      ];
    }),
  );
}

interface Place {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/**
 * What llvm-symbolizer says: innermost function first, each with its line. (addr2line is no oracle:
 * of a function that is inlined twice in a row it names the outer one.)
 */
function symbolize(path: string, addresses: readonly bigint[]): readonly (readonly Place[])[] {
  const places = addresses.map((it) => `0x${it.toString(16)}`);
  const text = execFileSync("llvm-symbolizer", [`--obj=${path}`, "--inlines", ...places], {
    encoding: "utf8",
  });
  return text
    .trim()
    .split("\n\n")
    .map((block) => {
      const lines = block.split("\n");
      return Array.from({ length: lines.length / 2 }, (_, i) => {
        const [file = "", line = ""] = (lines[2 * i + 1] ?? "").split(":");
        return {
          function: plain(lines[2 * i] ?? ""),
          file: basename(file),
          line: Number.parseInt(line, 10),
        };
      });
    });
}

/** Without parameters and template arguments, which tools write in their own ways each. */
function plain(name: string): string {
  let depth = 0;
  const flat = [
    ...name.replaceAll("{lambda(int)#1}", "lambda").replaceAll("(anonymous namespace)", ""),
  ]
    .map((letter) => {
      if (letter === "<" || letter === "(") depth += 1;
      const kept = depth === 0 ? letter : "";
      if (letter === ">" || letter === ")") depth -= 1;
      return kept;
    })
    .join("");
  return flat.split(/\s|::/).findLast((part) => part !== "" && part !== "const") ?? "";
}

function chainOf({ frame }: Hit): readonly Place[] {
  const places = frame.inlined ?? [frame];
  return places.map((it) => ({
    function: plain(it.function ?? ""),
    file: basename(it.file ?? ""),
    line: it.line ?? 0,
  }));
}

describe.each(["-O0", "-O1", "-O2", "-O3"])("C++ with %s", (level) => {
  test.each(["-fomit-frame-pointer", "-fno-omit-frame-pointer"])(
    "%s: every store's instruction is one that objdump knows, its lines those of llvm-symbolizer",
    async (frames) => {
      const path = workshop.compileCpp("shapes", level, frames);
      await using target = await Target.start(path);
      const watched = await watching({ target: { pids: [target.pid] }, where: ["counter/8"] }, () =>
        target.run(),
      );
      counted(watched);
      const hits = watched.hits.filter(({ frame }) => frame.object === basename(path));
      expect(hits.length).toBeGreaterThan(25);
      const known = disassemble(path);
      const seen = hits.map(({ culprit }) => ({
        doubt: culprit?.doubt,
        length: culprit?.instruction?.length,
        mnemonic: culprit?.instruction?.text.replace(/^(lock|rep) /, "").split(" ")[0],
      }));
      const addresses = hits.map(({ culprit }) => culprit?.instruction?.address ?? 0n);
      expect(seen).toEqual(addresses.map((it) => ({ doubt: undefined, ...known.get(it) })));
      const ends = hits.map(({ ip, culprit }) => (culprit?.atTrap === true ? undefined : ip));
      const next = hits.map(({ culprit }, i) =>
        culprit?.atTrap === true
          ? undefined
          : (addresses[i] ?? 0n) + BigInt(culprit?.instruction?.length ?? 0),
      );
      expect(ends).toEqual(next);
      expect(hits.map(chainOf)).toEqual(symbolize(path, addresses));
    },
  );
});
