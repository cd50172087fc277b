import { expect, test } from "vitest";
import { boot } from "./boot.ts";
import type { KernelProgram } from "./op.ts";
import { decodeOutcome } from "./outcome.ts";
import { fork, load, open, ProgramBuilder, store } from "./program-builder.ts";
import { SequentialRun } from "./sequential-run.ts";

/** The results of the last time that each statement was done, as text. */
function results(program: KernelProgram): string {
  const { statements, violation } = new SequentialRun(boot(program)).run();
  if (violation !== undefined) return `${violation.property}: ${violation.message}`;
  return statements
    .map(({ words }) => {
      const outcome = decodeOutcome(words.at(-1) ?? -9999);
      if (outcome.kind === "value") return String(outcome.value);
      return outcome.kind === "errno" ? outcome.errno : outcome.kind;
    })
    .join(" ");
}

const oneTask = () => new ProgramBuilder({ arch: "x86" }).variable("x", 64).task("P");
const read = (event: string) => ({ kind: "read", event }) as const;

test("a write watch counts stores, not loads", () => {
  const program = oneTask()
    .do("P", open("e", "x"))
    .do("P", load("x"))
    .do("P", read("e"))
    .do("P", store("x"))
    .do("P", read("e"))
    .do("P", { kind: "rmw", place: { name: "x", offset: 0 }, size: 8, value: 1 })
    .do("P", read("e"));
  expect(results(program.build())).toBe("0 0 0 0 1 0 2");
});

test("four watches fit, a fifth does not; a closed one makes room", () => {
  const program = oneTask();
  for (const event of ["a", "b", "c", "d", "e"]) program.do("P", open(event, "x"));
  program.do("P", { kind: "close", event: "b" }).do("P", open("f", "x"));
  expect(results(program.build())).toBe("0 0 0 0 ENOSPC 0 0");
});

test("a child inherits, counts for its parent, and leaves its count behind", () => {
  const program = oneTask()
    .do("P", open("e", "x", { flags: ["inherit", "exclude-kernel"] }))
    .do("P", fork("C"))
    .do("C", store("x"), 2)
    .do("P", read("e"))
    .do("C", store("x"))
    .do("C", { kind: "exit" })
    .do("P", { kind: "wait", task: "C" })
    .do("P", read("e"))
    .do("P", { kind: "close", event: "e" });
  expect(results(program.build())).toBe("0 0 0 2 0 not-done 0 3 0");
});
