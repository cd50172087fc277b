import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { asVa } from "../base/index.ts";
import type { RecordedFrame, RecordedSource } from "../recording/index.ts";
import { SourceLines } from "./source-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "trapline-source-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SECONDS_1970 = 1_000;

/** A file of so many lines, changed so many seconds after 1970. */
function fileOf(name: string, lines: number, seconds = SECONDS_1970): string {
  const path = join(folder, name);
  writeFileSync(path, Array.from({ length: lines }, (_, at) => `line ${at + 1}`).join("\n"));
  utimesSync(path, seconds, seconds);
  return path;
}

function frameAt(file: string, line: number, path?: string): RecordedFrame {
  return { kind: "elf", address: asVa(0x1000n), file, line, path };
}

function noted(...frames: readonly RecordedFrame[]): readonly RecordedSource[] {
  const put: RecordedSource[] = [];
  const lines = new SourceLines((source) => put.push(source));
  for (const frame of frames) lines.note(frame, process.pid);
  return put;
}

test("five lines before and behind are kept, once for a line, and not beyond the file's ends", () => {
  const file = fileOf("it.c", 20);
  const put = noted(frameAt(file, 2), frameAt(file, 2), frameAt(file, 10), frameAt(file, 20));
  expect(put.map(({ first, lines }) => [first, lines[0], lines.at(-1)])).toEqual([
    [1, "line 1", "line 7"],
    [5, "line 5", "line 15"],
    [15, "line 15", "line 20"],
  ]);
});

test("a source that was changed after the program was built is marked", () => {
  const program = fileOf("program", 1, SECONDS_1970 + 60);
  const older = fileOf("older.c", 3, SECONDS_1970);
  const newer = fileOf("newer.c", 3, SECONDS_1970 + 120);
  const put = noted(frameAt(older, 1, program), frameAt(newer, 1, program));
  expect(put.map(({ isNewer }) => isNewer)).toEqual([undefined, true]);
});

test("what is not there, is no file, has not so many lines or is the kernel's is passed over", () => {
  const file = fileOf("short.c", 2);
  const kernel: RecordedFrame = { ...frameAt(file, 1), kind: "kernel" };
  expect(noted(frameAt("/nowhere/it.c", 1), frameAt("rel.c", 1), frameAt(folder, 1))).toEqual([]);
  expect(noted(frameAt(file, 3), frameAt(file, 0), kernel)).toEqual([]);
  expect(noted(frameAt("/dev/zero", 1))).toEqual([]);
});

test("a script is found by its URL", () => {
  const file = `file://${fileOf("my rows.mjs", 3).replaceAll(" ", "%20")}`;
  expect(noted({ ...frameAt(file, 2), kind: "jit" })).toMatchObject([{ file, first: 1 }]);
});

test("a recording gets no more than a megabyte of source", () => {
  const path = join(folder, "wide.c");
  writeFileSync(path, Array.from({ length: 5_000 }, () => "x".repeat(400)).join("\n"));
  const put = noted(...Array.from({ length: 5_000 }, (_, at) => frameAt(path, at + 1)));
  const letters = put.flatMap(({ lines }) => lines).join("\n").length;
  expect(letters).toBeGreaterThan(900_000);
  expect(letters).toBeLessThan((1 << 20) + 11 * 301);
});
