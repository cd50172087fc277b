import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { scratch } from "./target.ts";
import { traplineOn } from "./tools.ts";

export interface NamingTimes {
  /** Of debug info. */
  readonly megabytes: number;
  /** ms from the command's start to its registers armed, with nothing known of the program. */
  readonly first: readonly number[];
  /** The same when the same was asked before. */
  readonly again: readonly number[];
}

const TYPES = 1500;
const COPIES = 210;
const ROUNDS = 5;
/** Declared in one of the units, in none of the others, and found by its type's members. */
const NAMES = ["conn.state", "works", "u77_table33[1].f33"];
const MAIN = `#include <unistd.h>
struct conn { int state; struct conn *next; } conn, *cfg = &conn;
int work(void) { static int works; return ++works; }
int main(void) { for (;;) { work(); usleep(10000); } }`;

/** Names variables of a program with a hundred megabytes of debug info, as a user does. */
export async function namingTimes(progress: (text: string) => void): Promise<NamingTimes> {
  const folder = scratch("naming");
  const program = buildLarge(folder);
  const child = spawn(program, { stdio: "ignore" });
  const first: number[] = [];
  const again: number[] = [];
  try {
    await sleep(200);
    for (let round = 0; round < ROUNDS; round += 1) {
      progress(`naming: round ${round + 1} of ${ROUNDS}`);
      for (const name of NAMES) {
        const cache = join(folder, "cache");
        rmSync(cache, { recursive: true, force: true });
        first.push(await armedMs(child, name, cache));
        again.push(await armedMs(child, name, cache));
      }
    }
  } finally {
    child.kill();
  }
  return { megabytes: debugMegabytes(program), first, again };
}

async function armedMs(child: ChildProcess, name: string, cache: string): Promise<number> {
  const watcher = await traplineOn(child.pid ?? 0, [name], { XDG_CACHE_HOME: cache });
  await watcher.finish();
  return watcher.armedMs ?? Number.NaN;
}

/** One unit of 470 KB of debug info, as a large program has many: types, variables and functions. */
function unit(): string {
  const parts = Array.from({ length: TYPES }, (_, i) => {
    const before = Math.max(0, i - 1);
    return `struct s${i} { int state${i}; long counter; struct s${before} *prev; char name[${8 + (i % 30)}];
        union { float f${i}; int g${i}; }; };
      static int fs${i}; struct s${i} table${i}[${1 + (i % 4)}];
      int fn${i}(struct s${i} *p, int counter, long value) { static int calls; int local${i} = counter + (int)value;
        { int inner = local${i} * 2; p->state${i} += inner; } fs${i} += ++calls; return p->counter + local${i}; }`;
  });
  return parts.join("\n");
}

/** A copy of the unit is a unit of its own, with names of its own. */
function buildLarge(folder: string): string {
  execFileSync("mkdir", ["-p", folder]);
  writeFileSync(join(folder, "unit.c"), unit());
  writeFileSync(join(folder, "main.c"), MAIN);
  const run = (command: string, ...args: readonly string[]) =>
    execFileSync(command, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  run("gcc", "-g", "-O0", "-c", "unit.c", "main.c");
  const copies = Array.from({ length: COPIES }, (_, i) => `copy${i}.o`);
  copies.forEach((copy, i) => {
    run("objcopy", `--prefix-symbols=u${i}_`, "unit.o", copy);
  });
  run("gcc", "-g", "main.o", ...copies, "-o", "program");
  return join(folder, "program");
}

function debugMegabytes(program: string): number {
  const whole = statSync(program).size;
  const bare = `${program}.bare`;
  execFileSync("objcopy", ["--strip-debug", program, bare]);
  return Math.round((whole - statSync(bare).size) / 2 ** 20);
}
