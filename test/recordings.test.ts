import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FORMAT_VERSION, readRecording } from "../src/recording/index.ts";

const files = globSync("test/recordings/*.trap").sort();

test("there is a recording of every version of the format", () => {
  const versions = files.map((file) => Number(/version-(\d+)-/.exec(file)?.[1]));
  const all = Array.from({ length: FORMAT_VERSION }, (_, index) => index + 1);
  expect([...new Set(versions)].sort()).toEqual(all);
});

test.for(files)("%s is read as it was when it was written", async (file) => {
  const recording = readRecording(readFileSync(file));
  const { header, threads, sites, stacks, lives, switches, losses, windows, summary, runs } =
    recording;
  const { pointers, damage, hits } = recording;
  const rows = Array.from({ length: hits.length }, (_, at) => [
    ...[hits.time(at), hits.threads[at], hits.cpus[at], hits.sites[at], hits.stacks[at]],
    ...[hits.repeats[at], hits.oldValue(at), hits.newValue(at)],
  ]);
  const tables = { threads, sites, stacks, lives, switches, losses, windows, pointers };
  const read = { header, ...tables, hits: rows, summary, runs, damage };
  const text = JSON.stringify(
    read,
    (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value),
    1,
  );
  await expect(`${text}\n`).toMatchFileSnapshot(`${file.replace("test/", "")}.txt`);
});
