/**
 * How long it takes to name a variable in a program with 100 MB of debug info: the first time, and
 * when it was kept. Run as `node bench/debug-info.ts`; it takes a minute to build the program.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asPid } from "../src/base/index.ts";
import { resolveExpression } from "../src/symbols/index.ts";

const TYPES = 1500;
const COPIES = 210;
const MAIN = `#include <unistd.h>
struct conn { int state; struct conn *next; } conn, *cfg = &conn;
int work(void) { static int works; return ++works; }
int main(void) { for (;;) { work(); usleep(10000); } }`;

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

function build(folder: string): string {
  const path = (name: string) => join(folder, name);
  writeFileSync(path("unit.c"), unit());
  writeFileSync(path("main.c"), MAIN);
  const run = (command: string, ...args: readonly string[]) =>
    execFileSync(command, args, { cwd: folder });
  run("gcc", "-g", "-O0", "-c", "unit.c", "main.c");
  const copies = Array.from({ length: COPIES }, (_, i) => `copy${i}.o`);
  copies.forEach((copy, i) => {
    run("objcopy", `--prefix-symbols=u${i}_`, "unit.o", copy);
  });
  run("gcc", "-g", "main.o", ...copies, "-o", "program");
  return path("program");
}

const folder = mkdtempSync(join(tmpdir(), "trapline-bench-"));
process.env.XDG_CACHE_HOME = join(folder, "cache");
const child = spawn(build(folder), { stdio: "ignore" });
try {
  await sleep(200);
  console.log("expression              first    again");
  for (const text of ["conn.state", "cfg->next", "works", "u77_table33", "u77_table33[1].f33"]) {
    const times = [0, 1].map(() => {
      const startedAt = performance.now();
      const found = resolveExpression(asPid(child.pid ?? 0), { text });
      if (!found.ok) throw new Error(`name ${text}: ${JSON.stringify(found.error)}`);
      return `${(performance.now() - startedAt).toFixed(0).padStart(5)} ms`;
    });
    console.log(text.padEnd(20), ...times);
  }
} finally {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}
