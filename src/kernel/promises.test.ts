import { describe, expect, test } from "vitest";
import { TASK } from "../machine/index.ts";
import { boot } from "./boot.ts";
import { attrOf } from "./event-alloc.ts";
import { FLAG, HANDLER, PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import type { ModifySpec } from "./op.ts";
import { failure } from "./outcome.ts";
import { fork, open, ProgramBuilder, store } from "./program-builder.ts";
import {
  checkAllInherited,
  checkAttr,
  checkEquivalent,
  checkExecuted,
  checkHandled,
  checkInherited,
  checkModified,
  checkPeriod,
  checkReserved,
  checkResult,
  checkSwitched,
  checkWoken,
} from "./promises.ts";
import { SequentialRun } from "./sequential-run.ts";
import { SIGCONT, SIGKILL, SIGTRAP } from "./signal-names.ts";

/** Task 1 has event 1, and its child, task 2, has inherited it as event 2. */
function forked(): Kernel {
  const program = new ProgramBuilder({ arch: "x86", cpus: 1 })
    .variable("x", 8)
    .task("P")
    .do("P", open("e", "x", { flags: ["inherit", "exclude-kernel"], period: 3 }))
    .do("P", fork("C"))
    .do("C", store("x"))
    .do("P", { kind: "munmap", event: "e" })
    .build();
  const kernel = boot(program, { bounds: { tasks: 2, events: 6 } });
  expect(new SequentialRun(kernel).run().violation).toBeUndefined();
  return kernel;
}

/** As if the task were at its last statement still. */
function atLastStatement(kernel: Kernel): Kernel {
  kernel.thread.ip.add(1, -1);
  return kernel;
}

const ctxOf = (kernel: Kernel, task: number) => kernel.thread.ctx.get(task);

describe("what a new event is", () => {
  test("it has the attributes that were asked for", () => {
    const attr = attrOf(forked(), 1);
    expect(() => checkAttr(1, attr, attr)).not.toThrow();
    expect(() => checkAttr(1, attr, { ...attr, len: 4 })).toThrow("was asked for with 4");
  });

  test("it is inherited if that was asked for, by whom, and with its handler", () => {
    const kernel = forked();
    expect(() => checkInherited(kernel, 2, 1)).not.toThrow();
    kernel.event.flags.set(1, FLAG.inherit | FLAG.inheritThread);
    expect(() => checkInherited(kernel, 2, 1)).toThrow("process 2 inherits it");
    kernel.event.flags.set(1, 0);
    expect(() => checkInherited(kernel, 2, 1)).toThrow("inherited unasked");
    kernel.event.flags.set(1, FLAG.inherit);
    kernel.event.handler.set(1, HANDLER.bpf);
    expect(() => checkInherited(kernel, 2, 1)).toThrow("tells another");
  });

  test("a fork leaves none out", () => {
    const kernel = forked();
    const made = { ctx: ctxOf(kernel, 1), child: 2, error: 0 };
    expect(() => checkAllInherited(kernel, made)).not.toThrow();
    kernel.event.parent.set(2, 0);
    expect(() => checkAllInherited(kernel, made)).toThrow("does not inherit event 1");
    expect(() => checkAllInherited(kernel, { ...made, error: -1 })).not.toThrow();
  });

  test("it gets a slot if one is free, and only then", () => {
    const kernel = forked();
    const typeOf = () => 0;
    expect(() => checkReserved(kernel, 2, { type: 0, ok: true, typeOf })).not.toThrow();
    expect(() => checkReserved(kernel, 2, { type: 0, ok: false, typeOf })).toThrow("a free slot");
    for (const event of [3, 4, 5]) {
      kernel.event.record.alloc(event);
      kernel.event.target.set(event, 2);
      kernel.event.cpu.set(event, -1);
      kernel.event.holdsSlot.set(event, 1);
    }
    kernel.event.record.alloc(6);
    kernel.event.target.set(6, 2);
    kernel.event.cpu.set(6, -1);
    expect(() => checkReserved(kernel, 6, { type: 0, ok: true, typeOf })).toThrow("is taken");
  });
});

describe("what a call has done when it says so", () => {
  test("an exec has removed what was to be removed", () => {
    const kernel = forked();
    expect(() => checkExecuted(kernel, 2)).not.toThrow();
    kernel.event.flags.set(2, FLAG.removeOnExec);
    expect(() => checkExecuted(kernel, 2)).toThrow("outlives the exec");
  });

  test("a period is what it was set to", () => {
    const kernel = forked();
    expect(() => checkPeriod(kernel, 1, { kind: "period", event: "e", value: 3 })).not.toThrow();
    expect(() => checkPeriod(kernel, 1, { kind: "period", event: "e", value: 5 })).toThrow(
      "has period 3, and was to have 5",
    );
  });

  test("a modified event is what it was to become, and so are its children", () => {
    const kernel = forked();
    const asked: ModifySpec = {
      type: undefined,
      place: undefined,
      len: 8,
      period: undefined,
      sigData: 7,
      flags: [],
      raw: [],
    };
    for (const event of [1, 2]) kernel.event.sigData.set(event, 7);
    const done = { event: 1, error: 0 };
    expect(() => checkModified(kernel, done, asked)).not.toThrow();
    expect(() => checkModified(kernel, done, { ...asked, type: 1 })).toThrow("event 1 is not");
    kernel.event.sigData.set(2, 0);
    expect(() => checkModified(kernel, done, asked)).toThrow("event 2 is not");
  });

  test("an event that was enabled is not off", () => {
    const kernel = forked();
    kernel.event.state.set(1, PERF_EVENT_STATE.off);
    expect(() => checkSwitched(kernel, 1, 0)).not.toThrow();
    expect(() => checkSwitched(kernel, 1, 1)).toThrow("was enabled, and is off");
  });

  test("what a process has is no bad descriptor, and no ring that is not mapped", () => {
    const kernel = atLastStatement(forked());
    expect(() => checkResult(kernel, 1, failure("EINVAL"))).not.toThrow();
    kernel.thread.rings.add(1, 1);
    expect(() => checkResult(kernel, 1, failure("EINVAL"))).toThrow("cannot unmap");
  });

  test("a descriptor that is open is not refused", () => {
    const program = new ProgramBuilder({ arch: "x86" })
      .variable("x")
      .task("P")
      .do("P", open("e", "x"))
      .do("P", { kind: "enable", event: "e", group: false });
    const kernel = boot(program.build());
    new SequentialRun(kernel).run();
    atLastStatement(kernel);
    expect(() => checkResult(kernel, 1, failure("EBADF"))).toThrow("has a descriptor");
    kernel.thread.files.remove(1, 1);
    expect(() => checkResult(kernel, 1, failure("EBADF"))).not.toThrow();
  });
});

describe("signals and switches", () => {
  test("whoever is killed or told to go on does not stand still", () => {
    const kernel = forked();
    expect(() => checkWoken(kernel, 2, SIGKILL)).not.toThrow();
    kernel.machine.task.state.set(2, TASK.stopped);
    expect(() => checkWoken(kernel, 2, SIGKILL)).toThrow("stands still");
    expect(() => checkWoken(kernel, 2, SIGCONT)).toThrow("stands still");
    expect(() => checkWoken(kernel, 2, SIGTRAP)).not.toThrow();
  });

  test("a handler returns that its own signal could not interrupt", () => {
    const kernel = forked();
    expect(() => checkHandled(kernel, 1, -1)).toThrow("interrupted by itself");
    expect(() => checkHandled(kernel, 1, SIGTRAP)).toThrow("interrupted by itself");
    kernel.thread.blocked.set(1, 1 << SIGTRAP);
    expect(() => checkHandled(kernel, 1, SIGTRAP)).not.toThrow();
  });

  test("contexts that are swapped have the same events", () => {
    const kernel = forked();
    const of = [ctxOf(kernel, 1), ctxOf(kernel, 2)] as const;
    expect(() => checkEquivalent(kernel, ...of)).not.toThrow();
    kernel.event.attach.set(2, 0);
    expect(() => checkEquivalent(kernel, ...of)).toThrow("event 1 is in one only");
    kernel.event.state.set(1, PERF_EVENT_STATE.dead);
    expect(() => checkEquivalent(kernel, ...of)).not.toThrow();
  });
});
