import { expect, test } from "vitest";
import { boot } from "./boot.ts";
import { checkLeaksOfTheDead } from "./end-leaks.ts";
import { open, ProgramBuilder } from "./program-builder.ts";
import { SequentialRun } from "./sequential-run.ts";

const program = new ProgramBuilder({ arch: "x86", cpus: 1 })
  .variable("x", 8)
  .task("P")
  .do("P", open("e", "x"))
  .do("P", { kind: "exit" })
  .build();

test("when everybody is dead nothing may be left", () => {
  const kernel = boot(program);
  new SequentialRun(kernel).run();
  expect(() => checkLeaksOfTheDead(kernel)).not.toThrow();
  kernel.event.record.alloc();
  expect(() => checkLeaksOfTheDead(kernel)).toThrow("event 2 outlives all tasks");
});

test("while somebody lives an event may be his", () => {
  const kernel = boot(program);
  kernel.event.record.alloc();
  expect(() => checkLeaksOfTheDead(kernel)).not.toThrow();
});
