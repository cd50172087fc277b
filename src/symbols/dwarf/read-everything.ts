import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CfiTable } from "../unwind/index.ts";
import { DebugObject } from "./debug-object.ts";
import { entryNames } from "./die-names.ts";
import { EntrySearch } from "./entry-search.ts";
import { sourceOf } from "./entry-source.ts";
import { describedFunctions } from "./function-entries.ts";
import { SourceLines } from "./line-of.ts";
import { readType } from "./read-type.ts";
import { variablePlace } from "./variable-place.ts";

/**
 * For the tests of this folder: a program that asks everything of the debug info of the files named
 * in its arguments. A crash of libdw ends it, not the test that started it.
 */
export const READ_EVERYTHING = fileURLToPath(import.meta.url);

const NAMES = ["first", "state", "table", "calls", "conn", "hidden", "till", "total"];
const FUNCTIONS = ["work", "twice", "main"];
const HIGHEST = 1n << 32n;
const CODE_BYTES = 0x2000n;

export function readEverything(path: string): string {
  const fd = openSync(path, "r");
  using debug = DebugObject.open({ path, fd, roots: ["/"] });
  closeSync(fd);
  if (debug === undefined) return "no libdw";
  if (debug.problem !== undefined) return debug.problem.kind;
  const lines = new SourceLines(debug);
  let known = 0;
  for (let address = 0x1000n; address < CODE_BYTES; address += 3n) {
    if (lines.lineOf(address)?.line !== undefined) known += 1;
  }
  const search = new EntrySearch(debug);
  const entries = [...search.between(0n, HIGHEST), ...NAMES.flatMap((it) => [...search.named(it)])];
  const told = entries.map((entry) => {
    const place = variablePlace(entry.die, debug.bias);
    return [entryNames(entry), sourceOf(entry.die), readType(entry.die.type()).name, place.kind];
  });
  const functions = FUNCTIONS.flatMap((name) => describedFunctions(search, { name }));
  const cfi = new CfiTable(debug);
  let rows = 0;
  for (let address = 0x1000n; address < CODE_BYTES; address += 7n) {
    if (cfi.rowAt(address) !== undefined) rows += 1;
  }
  const counts = [debug.units().length, known, told.length, functions.length, rows];
  const [units, lineCount, entryCount, functionCount, rowCount] = counts;
  return `${units} units, ${lineCount} lines, ${entryCount} entries, ${functionCount} functions, ${rowCount} rows`;
}

if (process.argv[1] === READ_EVERYTHING) {
  for (const path of readFileSync(0, "utf8").trim().split("\n")) {
    process.stdout.write(`${path}: `);
    process.stdout.write(`${readEverything(path)}\n`);
  }
}
