import { expect, test } from "vitest";
import { Liveness } from "./liveness.ts";
import { Tasks } from "./tasks.ts";

const MS = 1_000_000;
const PIDFD = 7;

function watched() {
  const tasks = new Tasks({ followChildren: true, everything: false });
  tasks.addTarget(100, [100, 101]);
  const ended = { yet: false };
  const sys = { isReadable: (fd: number) => fd === PIDFD && ended.yet };
  return { tasks, ended, liveness: new Liveness(sys, tasks, new Map([[100, PIDFD]])) };
}

test("who lives is not dropped, whatever is read", () => {
  const { tasks, liveness } = watched();
  liveness.check(0);
  expect(liveness.read(Number.POSITIVE_INFINITY)).toEqual([]);
  expect(tasks.living()).toEqual([100]);
});

test("one found dead is dropped with all threads, but only once all from before is read", () => {
  const { tasks, ended, liveness } = watched();
  ended.yet = true;
  liveness.check(500 * MS);
  liveness.check(900 * MS);
  expect(liveness.read(499 * MS)).toEqual([]);
  expect(tasks.living()).toEqual([100]);
  expect(liveness.read(500 * MS)).toEqual([100, 101]);
  expect(tasks.living()).toEqual([]);
  expect(liveness.read(900 * MS)).toEqual([]);
});

test("looks no more often than every 100 ms", () => {
  const { tasks, ended, liveness } = watched();
  liveness.check(0);
  ended.yet = true;
  liveness.check(99 * MS);
  expect(liveness.read(200 * MS)).toEqual([]);
  liveness.check(100 * MS);
  expect(liveness.read(200 * MS)).toEqual([100, 101]);
  expect(tasks.living()).toEqual([]);
});
