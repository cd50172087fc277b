import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { captureConsole } from "../src/cli/captured-console.ts";
import { run } from "../src/cli/run.ts";
import { FORMAT_VERSION, preamble } from "../src/recording/frame.ts";
import { sampleRecording } from "../src/recording/sample-recording.ts";

const folder = mkdtempSync(join(tmpdir(), "trapline-show-"));
afterAll(() => rmSync(folder, { recursive: true }));
const told = captureConsole();

function fileOf(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test("what is no recording is refused in one line that says what makes one", async () => {
  const none = "not a recording: trapline watch -o FILE and --trace-file FILE make them";
  const empty = "empty: the command that was to record it ended before it began";
  const damaged = "its first bytes are damaged: copy it anew";
  const next = FORMAT_VERSION + 1;
  const newer = `version ${next} of the format, this trapline reads up to ${FORMAT_VERSION}: update trapline`;
  for (const [path, why] of [
    [fileOf("junk", "junk"), none],
    [fileOf("text", "a line\n".repeat(1_000)), none],
    [fileOf("empty", ""), empty],
    [fileOf("next", preamble(next)), newer],
    [fileOf("damaged", preamble().with(8, 9)), damaged],
  ] as const) {
    told.errors.length = 0;
    expect(await run(["show", path, "--no-open"])).toBe(2);
    expect(told.errors).toEqual([`trapline: ${path}: ${why}`]);
  }
});

test("a file that is not there, or none, is refused in one line", async () => {
  expect(await run(["show", join(folder, "nothing")])).toBe(2);
  expect(await run(["show", folder])).toBe(2);
  expect(told.errors[0]).toMatch(/nothing: it cannot be read: ENOENT/);
  expect(told.errors[1]).toBe(`trapline: ${folder}: it is no file: give a recording`);
});

test("a port that is none is refused", async () => {
  const path = fileOf("port.trap", sampleRecording());
  for (const port of ["0", "65536", "http"]) {
    expect(await run(["show", path, "--port", port])).toBe(2);
  }
  expect(told.errors).toHaveLength(3);
});

test("one file that cannot be written is told, and none is left behind", async () => {
  const path = fileOf("it.trap", sampleRecording());
  const out = join(folder, "nowhere", "it.html");
  expect(await run(["show", path, "--html", out])).toBe(2);
  expect(told.errors[0]).toMatch(/^trapline: --html .*: it cannot be written: ENOENT/);
  expect(existsSync(out)).toBe(false);
}, 60_000);

test("of a cut recording one file is made, and one line says what it lacks", async () => {
  const path = fileOf("cut.trap", sampleRecording().subarray(0, 700));
  const out = join(folder, "cut.html");
  expect(await run(["show", path, "--html", out])).toBe(0);
  expect(told.errors).toHaveLength(1);
  expect(told.errors[0]).toMatch(
    /the last \d+ bytes .* the rest is shown: record again to have all$/,
  );
  expect(existsSync(out)).toBe(true);
}, 60_000);
