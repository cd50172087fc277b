import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ElfFile } from "../elf.ts";
import { Workshop } from "../test-programs.ts";
import { libdw } from "./libdw.ts";
import { READ_EVERYTHING } from "./read-everything.ts";

const SOURCE = `
struct conn { int state; struct conn *next; struct { short low : 3; short high; }; char name[8]; };
static struct conn first; struct conn table[4]; enum mode { OFF, ON } mode; const char *text = "x";
static inline int twice(int x) { return 2 * x; }
int work(int by) { static int calls; calls += twice(by); first.state = calls; return table[by & 3].state; }
int main(int argc, char **argv) { (void)argv; return work(argc) + mode; }
`;

/** Of each language and way to write debug info; the nightly script tries 2,000. */
const MUTANTS = Number(process.env.TRAPLINE_MUTANTS ?? 100);
const SEED = Number(process.env.TRAPLINE_SEED ?? 1);

describe.runIf(libdw() !== undefined)(
  `debug info with any bytes changed is read, or refused, and never ends the process (${MUTANTS} files)`,
  () => {
    test.each([
      ["C", "-xc", "-O0"],
      ["C", "-xc", "-O2"],
      ["C", "-xc", "-O1", "-gdwarf-4"],
      ["C++", "-xc++", "-O1"],
      ["C++", "-xc++", "-O2", "-gdwarf-4", "-fdebug-types-section"],
    ])("of %s compiled with %s %s %s %s", { timeout: 300_000 }, (_, ...flags) => {
      using workshop = new Workshop();
      const random = generator(SEED);
      const source = workshop.write("program.c", SOURCE);
      workshop.run("gcc", "-g", ...flags, source, "-o", "program");
      const good = workshop.path("program");
      const sections = debugSections(good);
      expect(sections.length).toBeGreaterThan(6);
      const paths = Array.from({ length: MUTANTS }, (_, i) => {
        const path = workshop.path(`mutant-${i}`);
        return writeTo(path, mutated(readFileSync(good), sections, random));
      });
      const child = spawnSync(process.execPath, [READ_EVERYTHING], {
        input: [good, ...paths].join("\n"),
        encoding: "utf8",
        timeout: 280_000,
      });
      const why = `seed ${SEED}: ${child.stdout.slice(-300)} ${child.stderr.slice(-300)}`;
      expect(child.status, why).toBe(0);
      const told = child.stdout.trim().split("\n");
      expect(told).toHaveLength(MUTANTS + 1);
      const [whole] = told;
      expect(whole).toMatch(
        /[1-9] units, [1-9]\d* lines, [1-9]\d* entries, [2-9] functions, [1-9]/,
      );
    });
  },
);

interface Extent {
  readonly offset: number;
  readonly size: number;
}

function debugSections(path: string): Extent[] {
  using elf = ElfFile.open(path);
  return elf.sections.filter((it) => /^\.(debug_|eh_frame)/.test(it.name) && it.size > 0);
}

/** A few bytes of one or two debug sections become others. */
function mutated(bytes: Buffer, sections: readonly Extent[], random: () => number): Buffer {
  const changes = 1 + Math.floor(random() * 12);
  for (let i = 0; i < changes; i++) {
    const section = sections[Math.floor(random() * sections.length)];
    if (section === undefined) continue;
    const at = section.offset + Math.floor(random() * section.size);
    const values = [0, 0xff, 0x7f, 0x80, Math.floor(random() * 256)];
    bytes[at] = values[Math.floor(random() * values.length)] ?? 0;
  }
  return bytes;
}

function writeTo(path: string, bytes: Buffer): string {
  writeFileSync(path, bytes);
  return path;
}

/** The same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
