import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { run } from "./run.ts";

let out: string[];
let err: string[];

beforeEach(() => {
  out = [];
  err = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void out.push(text));
  vi.spyOn(console, "error").mockImplementation((text: string) => void err.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
});

function scenario(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "trapline-run-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "it.scn");
  writeFileSync(file, text);
  return file;
}

test("the Oops of March 2016 ends in the kernel's own call chain", async () => {
  expect(await run(["run", "scenarios/bugs/oops-2016.scn"])).toBe(1);
  expect(out.join("\n")).toMatchInlineSnapshot(`
    "scenarios/bugs/oops-2016.scn: powerpc-dawr design a, 1 CPU
    LINE  STATEMENT                  RESULT    EXPECTED
       8  P: open e write x inherit  ok        ok
       9  P: fork C                  ok        ok
      10  C: store x                 ok        ok
      11  C: exit                    exited    ok
      12  P: wait C                  not done  ok        WRONG
      13  P: close e                 not done  ok        WRONG
    tombstone-deref: TASK_TOMBSTONE->thread.last_hit_ubp
        arch_unregister_hw_breakpoint
        release_bp_slot
        bp_perf_event_destroy
        _free_event
        put_event
        perf_event_exit_event
        perf_event_exit_task_context
        perf_event_exit_task
        do_exit
        sys_exit
    NOT as expected
    "
  `);
});

test("design B, the band-aid, passes the same scenario", async () => {
  const file = scenario(
    "arch powerpc-dawr design b\nvar x 8\n\nP: open e write x inherit\nP: fork C\nC: store x\n" +
      "C: exit\nP: wait C\nP: close e\n\nexpect count e 1\nnever oops\n",
  );
  expect(await run(["run", file])).toBe(0);
  expect(out.join("\n")).toContain("all as expected");
});

test("--json prints a header, the statements and a verdict, one object a line", async () => {
  expect(await run(["run", "--json", "scenarios/conformance/x86-h1-write.scn"])).toBe(0);
  const lines = out
    .join("\n")
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ kind: "header", schema: "trapline.run", version: 1 });
  expect(lines.at(-1)).toMatchObject({ kind: "verdict", ok: true, arch: "x86" });
  const reads = lines.filter((it) => it.kind === "statement" && it.text.includes(": read"));
  expect(reads.map((it) => it.result)).toEqual([0, 1, 2]);
});

test("--trace shows each atomic step with its processor, task, slots and locks", async () => {
  expect(await run(["run", "--trace", "scenarios/bugs/oops-2016.scn"])).toBe(1);
  const lines = out.join("\n").split("\n");
  expect(lines.find((line) => line.includes(".tombstone"))).toMatch(/^cpu0 C .* ctx3$/);
  expect(lines.filter((line) => line.includes("store 8"))).toHaveLength(2);
});

test("a file that cannot be run is refused with file, line and column", async () => {
  const file = scenario("arch x86\nvar x 8\nP: frobnicate x\n");
  expect(await run(["run", file])).toBe(2);
  expect(err.join("\n")).toContain(`${file}:3:4: error:`);
  expect(await run(["run", "no/such.scn"])).toBe(2);
  expect(await run(["run", "--on", "mars", file])).toBe(2);
});
