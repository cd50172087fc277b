import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Tasks } from "./tasks.ts";

const TARGET = 10;

function watched(options: { followChildren?: boolean; everything?: boolean } = {}): Tasks {
  const tasks = new Tasks({ followChildren: true, everything: false, ...options });
  if (options.everything !== true) tasks.addTarget(TARGET, [TARGET, 11]);
  return tasks;
}

/** A thread `tid` of process `pid`, made by that process's first thread. */
const thread = (pid: number, tid: number) => ({ pid, ppid: pid, tid, ptid: pid });
const child = (pid: number, ppid: number) => ({ pid, ppid, tid: pid, ptid: ppid });

/** What a task did, by small numbers: they are turned into tasks that live. */
const deeds = fc.array(
  fc.record({
    deed: fc.constantFrom("thread", "child", "exit", "exec", "stranger"),
    who: fc.nat(),
  }),
  { maxLength: 60 },
);

test("any births, ends and execs: watched is what descends from a target and has a living thread", () => {
  fc.assert(
    fc.property(deeds, fc.boolean(), (history, followChildren) => {
      const tasks = watched({ followChildren });
      // The naive reference: all living threads, each with its process and whether it is watched.
      let living = [
        { pid: TARGET, tid: TARGET, ours: true },
        { pid: TARGET, tid: 11, ours: true },
        { pid: 500, tid: 500, ours: false },
      ];
      let number = 1_000;
      for (const { deed, who } of history) {
        const actor = living[who % Math.max(1, living.length)];
        if (actor === undefined) break;
        number += 1;
        const { pid, tid, ours } = actor;
        switch (deed) {
          case "thread":
            tasks.fork({ pid, ppid: pid, tid: number, ptid: tid });
            living.push({ pid, tid: number, ours });
            break;
          case "child": {
            const isNew = tasks.fork({ pid: number, ppid: pid, tid: number, ptid: tid });
            expect(isNew).toBe(ours && followChildren);
            living.push({ pid: number, tid: number, ours: ours && followChildren });
            break;
          }
          case "stranger":
            tasks.fork({ pid: number, ppid: 500, tid: number, ptid: 500 });
            living.push({ pid: number, tid: number, ours: false });
            break;
          case "exit": {
            living = living.filter((it) => it !== actor);
            const last = ours && living.every((it) => it.pid !== pid);
            expect(tasks.exit({ pid, tid })).toBe(last);
            break;
          }
          case "exec":
            tasks.exec(pid);
            living = living.filter((it) => it.pid !== pid);
            living.push({ pid, tid: pid, ours });
            break;
        }
        const ourPids = new Set(living.filter((it) => it.ours).map((it) => it.pid));
        expect(new Set(tasks.living())).toEqual(ourPids);
        for (const it of living) expect(tasks.isWatched(it.pid)).toBe(it.ours);
        for (const ourPid of ourPids) expect(tasks.rootOf(ourPid)).toBe(TARGET);
      }
    }),
  );
});

describe("what is counted", () => {
  test("processes and threads at the start, and those born since", () => {
    const tasks = watched();
    tasks.fork(thread(TARGET, 12));
    tasks.fork(thread(TARGET, 12)); // told by two rings, or already listed
    tasks.fork(child(20, TARGET));
    tasks.fork(thread(20, 21));
    tasks.exec(20);
    expect(tasks.counts()).toEqual({
      processes: 1,
      threads: 2,
      threadsBorn: 2,
      childrenBorn: 1,
      execs: 1,
    });
  });

  test("nothing that strangers do", () => {
    const tasks = watched();
    tasks.fork(thread(500, 501));
    tasks.fork(child(502, 500));
    tasks.exec(500);
    expect(tasks.counts()).toMatchObject({ threadsBorn: 0, childrenBorn: 0, execs: 0 });
    expect(tasks.exit({ pid: 500, tid: 500 })).toBe(false);
  });
});

describe("names", () => {
  test("a new task has its parent's name until it gets its own", () => {
    const tasks = watched();
    tasks.nameTask(TARGET, "server");
    tasks.fork(thread(TARGET, 12));
    expect(tasks.commOf(12)).toBe("server");
    tasks.nameTask(12, "worker");
    expect(tasks.commOf(12)).toBe("worker");
    tasks.exit({ pid: TARGET, tid: 12 });
    expect(tasks.commOf(12)).toBeUndefined();
  });

  test("strangers' are not kept, unless every process is watched", () => {
    const strangers = watched();
    strangers.nameTask(500, "other");
    strangers.fork(child(501, 500));
    expect(strangers.commOf(501)).toBeUndefined();
    const everything = watched({ everything: true });
    everything.nameTask(500, "other");
    everything.fork(child(501, 500));
    expect(everything.commOf(501)).toBe("other");
    expect(everything.isWatched(12_345)).toBe(true);
  });
});

test("a process that is known to be gone is forgotten with its threads and their names", () => {
  const tasks = watched();
  tasks.nameTask(11, "worker");
  tasks.remove(TARGET);
  expect(tasks.living()).toEqual([]);
  expect(tasks.commOf(11)).toBeUndefined();
});
