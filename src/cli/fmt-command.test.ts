import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "trapline-fmt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const UNTIDY = "# kept\narch   x86\ncpus 1\nvar x   8\n\nP:   open e write x   inherit\n";
const TIDY = "# kept\narch x86\ncpus 1\nvar x 8\n\nP: open e write x inherit\n";

function fileOf(text: string): string {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.scn`);
  writeFileSync(file, text);
  return file;
}

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("a file is formatted in place, and named when it changed", async () => {
  const file = fileOf(UNTIDY);
  expect(await run(["fmt", file])).toBe(0);
  expect(readFileSync(file, "utf8")).toBe(TIDY);
  expect(console.log).toHaveBeenCalledWith(file);
  vi.mocked(console.log).mockClear();
  expect(await run(["fmt", file])).toBe(0);
  expect(console.log).not.toHaveBeenCalled();
});

test("--check names the file, changes nothing and is no success", async () => {
  const file = fileOf(UNTIDY);
  expect(await run(["fmt", "--check", file])).toBe(1);
  expect(readFileSync(file, "utf8")).toBe(UNTIDY);
  expect(await run(["fmt", "--check", fileOf(TIDY)])).toBe(0);
});

test("a file with a mistake is left alone, and the mistake is shown with its place", async () => {
  const file = fileOf("arch x86\nP: opne e write x\n");
  expect(await run(["fmt", file])).toBe(2);
  expect(readFileSync(file, "utf8")).toBe("arch x86\nP: opne e write x\n");
  expect(String(vi.mocked(console.error).mock.calls[0]?.[0])).toContain(`${file}:2:4`);
});

test("a file that is not there is a line, not a crash", async () => {
  expect(await run(["fmt", join(folder, "none.scn")])).toBe(2);
});
