import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { run } from "./run.ts";

let err: string[];

beforeEach(() => {
  err = [];
  vi.spyOn(console, "error").mockImplementation((text: string) => void err.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
});

function scenario(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "trapline-provoke-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "race.scn");
  writeFileSync(file, text);
  return file;
}

const RACE = "arch x86\ncpus 2\nvar x 8\ntask Q\nP: store x\nQ: store x\n";

test("this computer's kernel is not provoked without leave", async () => {
  expect(await run(["provoke", scenario(RACE), "--on", "linux"])).toBe(2);
  expect(err).toEqual([
    "trapline: provoke: --on linux: others live on this kernel: name a guest, or add --allow-host-provoke",
  ]);
});

test("the model is explored, not provoked", async () => {
  expect(await run(["provoke", scenario(RACE), "--on", "model"])).toBe(2);
  expect(err.join()).toContain("no real kernel: trapline check explores the model");
});

test("a machine that the target is not is refused, with the reason", async () => {
  const file = scenario("arch arm64\nvar x 8\nP: store x\n");
  expect(await run(["provoke", file, "--on", "linux", "--allow-host-provoke"])).toBe(2);
  expect(err.join()).toContain("not for linux: it is for arm64");
});

test("a kernel image that is not there is named before anything boots", async () => {
  const flags = ["--on", "guest:arm64-6.12", "--kernel", "/no/Image"];
  expect(await run(["provoke", scenario(RACE), ...flags])).toBe(2);
  expect(err.join()).toContain("/no/Image");
});

test("a kernel image without a guest that boots it is refused", async () => {
  const flags = ["--on", "linux", "--kernel", "Image"];
  expect(await run(["provoke", scenario(RACE), ...flags])).toBe(2);
  expect(err).toEqual([
    "trapline: --kernel Image: a guest boots it, and --on linux names none: such as guest:arm64-6.12",
  ]);
});

test("a time that is none is refused", async () => {
  expect(await run(["provoke", scenario(RACE), "--on", "linux", "--for", "soon"])).toBe(2);
  expect(err.join()).toContain("--for soon: not a duration");
});
