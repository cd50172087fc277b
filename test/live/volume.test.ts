import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect } from "vitest";
import { watch } from "../../src/index.ts";
import { Cli, MANY_HITS, requires, Target, Workshop } from "./harness.ts";

const test = requires({ root: true, registers: 1 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const MEBIBYTE = 1 << 20;

/** Resident memory in bytes. */
function residentOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) * 1024;
}

/** Lets a target store, and gives the watcher time to read what waits in the rings. */
async function storeAll(target: Target): Promise<void> {
  await target.work();
  await sleep(300);
}

test("each of many stores is a hit in the table, and memory does not grow with them", async () => {
  const path = workshop.compile("stores");
  await using few = await Target.start(path, [MANY_HITS / 10]);
  await using many = await Target.start(path, [(MANY_HITS / 10) * 9]);
  await using cli = Cli.watch(["-p", `${few.pid},${many.pid}`, "counter", "--color=never"]);
  await cli.announced();
  await storeAll(few);
  const before = residentOf(cli.pid);
  await storeAll(many);
  const after = residentOf(cli.pid);
  expect(after - before).toBeLessThan(8 * MEBIBYTE);
  expect(after).toBeLessThan(120 * MEBIBYTE);
  await Promise.all([few.end(), many.end()]);
  const { status, output } = await cli.ended;
  expect(status).toBe(0);
  const text = output.join("\n");
  expect(text).toContain(`${MANY_HITS.toLocaleString("en")} hits`);
  expect(text).toContain("lost: none");
});

test("many stores of two threads at once: each hit is there once", async () => {
  await using target = await Target.start(workshop.compile("threads"), [2, 0, MANY_HITS / 2]);
  using running = watch({ target: { pids: [target.pid] }, where: ["counter"] });
  const perThread = new Map<number, number>();
  const ended = target.run();
  for await (const { tid } of running) perThread.set(tid, (perThread.get(tid) ?? 0) + 1);
  await ended;
  expect([...perThread.values()]).toEqual([MANY_HITS / 2, MANY_HITS / 2]);
  expect(running.report().coverage).toMatchObject({ lost: 0n, gaps: [] });
});
