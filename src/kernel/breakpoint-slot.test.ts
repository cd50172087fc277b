import { expect, test } from "vitest";
import { boot } from "./boot.ts";
import type { KernelProgram, ModifySpec, Op, Watch } from "./op.ts";
import { decodeOutcome } from "./outcome.ts";
import { fork, open, ProgramBuilder } from "./program-builder.ts";
import { SequentialRun } from "./sequential-run.ts";

const RW = 3;
const WRITE = 2;
const INVALID = 7;

function modify(changes: Partial<ModifySpec>): Op {
  const same = {
    ...{ type: undefined, place: undefined, len: undefined, period: undefined, sigData: undefined },
    ...{ flags: [], raw: [] },
  };
  return { kind: "modify", event: "e", changes: { ...same, ...changes } };
}

interface Led {
  /** The result of each statement. */
  readonly results: string;
  readonly complaints: readonly string[];
  /** What is wrong when all have ended. */
  readonly left: string | undefined;
}

/** What a program leads to on a kernel that goes on after a warning, as real ones do. */
function ledTo(program: KernelProgram): Led {
  const kernel = boot(program);
  const complaints: string[] = [];
  kernel.onComplaint = (what) => complaints.push(what);
  const run = new SequentialRun(kernel);
  const { statements, violation } = run.run();
  const results = statements.map(({ words }) => {
    const outcome = decodeOutcome(words.at(-1) ?? -9999);
    if (outcome.kind === "value") return String(outcome.value);
    return outcome.kind === "errno" ? outcome.errno : outcome.kind;
  });
  const left = (violation ?? run.tearDown())?.property;
  return { results: results.join(" "), complaints, left };
}

/** A tracer on powerpc whose tracee has inherited a watch of y; then all this. */
function tracer(...ops: readonly Op[]): ProgramBuilder {
  const program = new ProgramBuilder({ arch: "powerpc-p10", design: "b" })
    .variable("x")
    .variable("y")
    .task("P")
    .do("P", open("e", "y", { type: RW, flags: ["inherit"] }))
    .do("P", fork("C"))
    .do("P", { kind: "attach", task: "C" });
  for (const op of ops) program.do("P", op);
  return program;
}

function setDebugreg(name: string, type: number): Op {
  const watch: Watch = { type, place: { name, offset: 0 } };
  return { kind: "set-debugreg", task: "C", watch, index: 0, noTranslate: false };
}

const REFUSED = /does not get back the slot/;
const GIVEN_TWICE = /gives back a slot that it does not hold/;

test("while perf and ptrace excluded each other nobody asked where a breakpoint was moved to", () => {
  const program = tracer(setDebugreg("x", RW), setDebugreg("y", RW)).without("Z20");
  expect(ledTo(program.build())).toEqual({ results: "0 0 0 0 0", complaints: [], left: undefined });
});

test("a breakpoint that was moved beside perf's loses its slot when its type changes", () => {
  const program = tracer(setDebugreg("x", RW), setDebugreg("y", RW), setDebugreg("y", WRITE));
  const { results, complaints, left } = ledTo(program.without("Z20").build());
  expect(results).toBe("0 0 0 0 0 ENOSPC");
  expect(complaints).toEqual([
    expect.stringMatching(REFUSED),
    expect.stringMatching(GIVEN_TWICE), // when its task has ended
  ]);
  expect(left).toBeUndefined();
});

test("away from perf's it gets a slot again", () => {
  const lost = [setDebugreg("x", RW), setDebugreg("y", RW), setDebugreg("y", WRITE)];
  const program = tracer(...lost, setDebugreg("x", RW), setDebugreg("x", WRITE)).without("Z20");
  const { results, left } = ledTo(program.build());
  expect(results).toBe("0 0 0 0 0 ENOSPC 0 0");
  expect(left).toBeUndefined();
});

test("a CPU that has lost a slot so counts one too few for good", () => {
  const program = new ProgramBuilder({ arch: "powerpc-p10", design: "b" })
    .without("Z20")
    .variable("x")
    .variable("y")
    .task("P")
    .do("P", open("e", "x", { type: RW, cpu: 0, target: { kind: "none" } }))
    .do("P", fork("C"))
    .do("P", { kind: "attach", task: "C" })
    .do("P", setDebugreg("y", RW))
    .do("P", modify({ place: { name: "y", offset: 0 } }))
    .do("P", modify({ type: WRITE }));
  const { results, complaints, left } = ledTo(program.build());
  expect(results).toBe("0 0 0 0 0 ENOSPC");
  expect(complaints).toEqual([expect.stringMatching(REFUSED)]);
  expect(left).toBe("accounting");
});

test("where they do not exclude each other it keeps its slot", () => {
  const program = tracer(setDebugreg("x", RW), setDebugreg("y", RW), setDebugreg("y", WRITE));
  const { results, complaints } = ledTo(program.build());
  expect(results).toBe("0 0 0 0 0 0");
  expect(complaints).toEqual([]);
});

test("a CPU has as many places beside ptrace's as registers: a third task's event is passed over", () => {
  const onCpu = (count: number) => {
    const program = tracer().without("Z20").variable("z");
    for (let index = 0; index < count; index++) {
      program.task(`Q${index}`);
      const name = index === count - 1 ? "x" : "z";
      program.do(`Q${index}`, open(`e${index}`, name, { type: RW, cpu: 0 }));
    }
    return ledTo(program.do("P", setDebugreg("x", RW)).build()).results;
  };
  expect(onCpu(2)).toBe("0 0 0 0 0 ENOSPC");
  expect(onCpu(3)).toBe("0 0 0 0 0 0 0");
});

test("a type that the kernel keeps for itself is refused, and the old one stays", () => {
  const program = new ProgramBuilder({ arch: "powerpc-p10", design: "c" })
    .variable("x")
    .task("P")
    .do("P", open("e", "x"))
    .do("P", modify({ type: INVALID }));
  expect(ledTo(program.build())).toEqual({ results: "0 EINVAL", complaints: [], left: undefined });
});
