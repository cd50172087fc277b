import { cpSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { asPid } from "../base/index.ts";
import { openMappedFile } from "./mapped-file.ts";
import type { Mapping } from "./process-maps.ts";
import { Workshop } from "./test-programs.ts";

const PID = asPid(42);
const PARENT = asPid(41);

/** A /proc in which process 42 maps `path` of the file system under `root`. */
function processMapping(workshop: Workshop, text: string): { proc: string; mapping: Mapping } {
  mkdirSync(workshop.path("proc/42"), { recursive: true });
  mkdirSync(workshop.path("root"));
  symlinkSync(workshop.path("root"), workshop.path("proc/42/root"));
  const { dev, ino } = statSync(workshop.write("root/file", text), { bigint: true });
  const mapping = {
    start: 0x1000n,
    end: 0x2000n,
    perms: "r-xp",
    offset: 0n,
    major: Number((dev >> 8n) & 0xfffn),
    minor: Number((dev & 0xffn) | ((dev >> 12n) & 0xfff00n)),
    inode: ino,
    path: "/file",
    deleted: false,
  };
  return { proc: workshop.path("proc"), mapping };
}

function contents(proc: string, mapping: Mapping, ...pids: (typeof PID)[]): string | undefined {
  const file = openMappedFile(proc, pids, mapping);
  const text = file && Buffer.from(file.read(0, 100)).toString();
  file?.close();
  return text;
}

test("a file is found in the root of its process", () => {
  using workshop = new Workshop();
  const { proc, mapping } = processMapping(workshop, "mapped");
  expect(contents(proc, mapping, PID)).toBe("mapped");
});

test("a file that was replaced is never taken for the mapped one", () => {
  using workshop = new Workshop();
  const { proc, mapping } = processMapping(workshop, "mapped");
  renameSync(workshop.write("root/new", "another"), workshop.path("root/file"));
  expect(contents(proc, mapping, PID)).toBeUndefined();
  expect(contents(proc, { ...mapping, deleted: true }, PID)).toBeUndefined();
});

test("the same inode number on another device is another file", () => {
  using workshop = new Workshop();
  const { proc, mapping } = processMapping(workshop, "mapped");
  expect(contents(proc, { ...mapping, minor: mapping.minor + 1 }, PID)).toBeUndefined();
});

test("a file whose name is gone is reached through the range it is mapped at", () => {
  using workshop = new Workshop();
  const { proc, mapping } = processMapping(workshop, "mapped");
  mkdirSync(workshop.path("proc/42/map_files"));
  renameSync(workshop.path("root/file"), workshop.path("nameless"));
  symlinkSync(workshop.path("nameless"), workshop.path("proc/42/map_files/1000-2000"));
  expect(contents(proc, { ...mapping, deleted: true }, PID)).toBe("mapped");
});

test("a range at which something else is mapped by now is not taken", () => {
  using workshop = new Workshop();
  const { proc, mapping } = processMapping(workshop, "mapped");
  rmSync(workshop.path("root/file"));
  mkdirSync(workshop.path("proc/42/map_files"));
  symlinkSync(workshop.write("other", "other"), workshop.path("proc/42/map_files/1000-2000"));
  expect(contents(proc, { ...mapping, inode: mapping.inode << 20n }, PID)).toBeUndefined();
});

test("the file of a process that has gone is reached through the one it was forked from", () => {
  using workshop = new Workshop();
  const { proc, mapping } = processMapping(workshop, "mapped");
  cpSync(workshop.path("proc/42"), workshop.path("proc/41"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  rmSync(workshop.path("proc/42"), { recursive: true });
  expect(contents(proc, mapping, PID)).toBeUndefined();
  expect(contents(proc, mapping, PID, PARENT)).toBe("mapped");
});

test("what is no regular file is not opened", () => {
  using workshop = new Workshop();
  const { proc, mapping } = processMapping(workshop, "mapped");
  workshop.run("mkfifo", workshop.path("root/pipe"));
  const { ino } = statSync(workshop.path("root/pipe"), { bigint: true });
  expect(contents(proc, { ...mapping, path: "/pipe", inode: ino }, PID)).toBeUndefined();
});
