import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { run } from "./run.ts";

const lines: string[] = [];
const errors: string[] = [];

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation((text: string) => lines.push(...text.split("\n")));
  vi.spyOn(console, "error").mockImplementation((text: string) => errors.push(text));
});

afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
  errors.length = 0;
});

const OOPS = "scenarios/bugs/oops-2016.scn";

test("the Oops of 2016 is found with its call chain, and the step that lost the task", async () => {
  expect(await run(["check", OOPS])).toBe(1);
  const text = lines.join("\n");
  expect(text).toContain("FAIL    scenarios/bugs/oops-2016.scn: powerpc-dawr design a, 1 CPU");
  expect(text).toContain("tombstone-deref in 61 steps, none is shorter, 1 switch");
  expect(text).toMatch(/arch_unregister_hw_breakpoint\n.*release_bp_slot\n.*bp_perf_event_destroy/);
  expect(text).toMatch(/perf_event_exit_task_context\.tombstone .*lost here/);
  expect(text).toMatch(/_free_event\.syncIrqWork\.\.archHook .*fails/);
});

test("a verdict in JSON holds the trace, its moves and the bounds", async () => {
  expect(await run(["check", "--json", OOPS])).toBe(1);
  const [header, verdict] = lines.map((line) => JSON.parse(line));
  expect(header).toMatchObject({ kind: "header", schema: "trapline.check" });
  expect(verdict).toMatchObject({
    kind: "verdict",
    scenario: OOPS,
    design: "a",
    verdict: "fail",
    property: "tombstone-deref",
    steps: 61,
    bounds: [],
  });
  expect(verdict.moves).toHaveLength(61);
  expect(verdict.trace.at(-1)).toMatchObject({ task: "C", fn: "_free_event", label: "archHook" });
});

test("a bound that is hit before the end is said, and is exit status 3", async () => {
  expect(await run(["check", "--states", "100", OOPS])).toBe(3);
  expect(lines.join("\n")).toContain("it ended at its bound of states");
});

test("designs are compared side by side, each explored to its end", async () => {
  expect(await run(["check", "--design", "a,d", OOPS])).toBe(1);
  expect(lines.at(-2)).toMatch(/^SCENARIO +A +D$/);
  expect(lines.at(-1)).toMatch(/oops-2016\.scn powerpc-dawr +tombstone-deref, 61 +ok$/);
});

test.each([
  [["check", "--design", "z", OOPS], "--design z: not one of a, b, c, per-cpu, d"],
  [["check", "--design", "a", "scenarios/conformance/x86-h1-write.scn"], "it is for no powerpc"],
  [["check", "--states", "many", OOPS], "--states many: not a whole number"],
  [["check", "nowhere.scn"], "nowhere.scn: it cannot be read"],
])("%j is wrong usage", async (args, text) => {
  expect(await run(args)).toBe(2);
  expect(errors.join("\n")).toContain(text);
});
