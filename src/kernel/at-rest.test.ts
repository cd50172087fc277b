import { describe, expect, test } from "vitest";
import { TASK } from "../machine/index.ts";
import { checkAtRest } from "./at-rest.ts";
import { boot } from "./boot.ts";
import type { Kernel } from "./kernel.ts";
import { fork, open, ProgramBuilder, store } from "./program-builder.ts";
import { SequentialRun } from "./sequential-run.ts";
import { SIGKILL } from "./signal-names.ts";

/** A task's event 1 in a slot of CPU 0, its child's event 2 in none, and CPU 0's event 3 in another. */
function rested(): Kernel {
  const flags = ["inherit", "exclude-kernel"];
  const program = new ProgramBuilder({ arch: "x86", cpus: 2 })
    .variable("x", 8)
    .task("P", { cpu: 0 })
    .do("P", open("e", "x", { flags, period: 3 }))
    .do("P", open("c", "x", { target: { kind: "none" }, cpu: 0, period: 3 }))
    .do("P", fork("C"))
    .do("P", store("x"))
    .build();
  const kernel = boot(program);
  expect(new SequentialRun(kernel).run().violation).toBeUndefined();
  return kernel;
}

/** What no step of the kernel does: one word is another. */
const FAULTS: readonly (readonly [string, (k: Kernel) => void, string])[] = [
  ["a slot is empty", (k) => k.percpu.slot.set(0, 0, 0), "is in 0 slots"],
  ["an event says another CPU", (k) => k.event.oncpu.set(1, 1), "and says cpu 1"],
  ["an event says no CPU", (k) => k.event.oncpu.set(1, -1), "and says cpu -1"],
  ["an event is in a slot twice", (k) => k.percpu.slot.set(0, 1, 2), "is in 2 slots"],
  ["its context is not active", (k) => k.ctx.isActive.set(1, 0), "in a context that is not"],
  ["a signal was put off", (k) => k.event.pendingWakeup.set(1, 1), "and never will"],
  ["a disable was put off", (k) => k.event.pendingDisable.set(1, 1), "and never will"],
  ["more is left than a period", (k) => k.event.periodLeft.set(1, -4), "-4 left of a period of 3"],
  ["a period has not begun", (k) => k.event.periodLeft.set(3, 3), "has not begun its period"],
  ["attributes are not those parsed", (k) => k.event.bpLen.set(1, 4), "has other attributes"],
  [
    "a file is counted twice",
    (k) => k.event.files.set(1, 2),
    "2 are accounted for, and there are 1",
  ],
  ["a ring is counted that is not", (k) => k.event.mapped.set(1, 1), "the mappings of event 1"],
  ["a context is another task's", (k) => k.ctx.task.set(k.thread.ctx.get(1), 2), "is not task 1's"],
  ["a context is active nowhere", (k) => k.percpu.taskCtx.set(0, 0), "and task 1 does not run"],
];

describe("once nobody is inside the kernel", () => {
  test("all is in order", () => {
    expect(() => checkAtRest(rested())).not.toThrow();
  });

  test.each(FAULTS)("%s: that is found", (_, fault, what) => {
    const kernel = rested();
    fault(kernel);
    expect(() => checkAtRest(kernel)).toThrow(what);
  });

  test("an event that nobody can close is a leak", () => {
    const kernel = rested();
    kernel.thread.files.remove(1, 1);
    kernel.event.files.set(1, 0);
    expect(() => checkAtRest(kernel)).toThrow("event 1 can be closed by nobody");
  });

  test("whoever was killed does not stand still", () => {
    const kernel = rested();
    kernel.thread.pending.set(2, 1 << SIGKILL);
    expect(() => checkAtRest(kernel)).not.toThrow();
    kernel.machine.task.state.set(2, TASK.stopped);
    expect(() => checkAtRest(kernel)).toThrow("was killed, and stands still");
  });
});
