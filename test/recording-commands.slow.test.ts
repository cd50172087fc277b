import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { headerJson, provokeJson, provokeText } from "../src/cli/provoke-text.ts";
import { run } from "../src/cli/run.ts";
import { TraceFile } from "../src/cli/trace-file.ts";
import { readRecording } from "../src/recording/index.ts";
import { sampleModelRecording, sampleRecording } from "../src/recording/sample-recording.ts";
import { load } from "../src/scenario/index.ts";

const folder = mkdtempSync(join(tmpdir(), "trapline-recordings-"));
afterAll(() => rmSync(folder, { recursive: true }));

let out = "";
let errors: string[] = [];

beforeEach(() => {
  out = "";
  errors = [];
  vi.spyOn(process.stdout, "write").mockImplementation((piece) => {
    out += typeof piece === "string" ? piece : new TextDecoder().decode(piece);
    return true;
  });
  vi.spyOn(console, "error").mockImplementation((text: string) => void errors.push(text));
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    out += `${text}\n`;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const watch = file("watch.trap", sampleRecording());
const model = file("model.trap", sampleModelRecording());

test("the report of a watch is its table, with all that was not covered", async () => {
  expect(await run(["report", "--no-stack", "--color=never", watch])).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "12 hits (18 traps) in 0.009 s on counter (0x404100/8:w), point (0x404200/16:rw)

    COUNT  TRAPS   SHARE  WHO             CODE                    OBJECT    WATCH                           LAST VALUE    FIRST     LAST
        4      6  33.3 %  prog 100        up prog.c:7             prog      counter                                  9  0.000 s  0.000 s
        4      6  33.3 %  worker one 101  up prog.c:7 in up       prog      point    {x = 5e-323, 0x404300 <table+16>}  0.000 s  0.000 s
        4      6  33.3 %  prog 102        read(2): _copy_to_iter  [kernel]  counter                                  8  0.000 s  0.000 s

    covered: 1 process, 2 threads, 1 child forked, on CPU 0, 1
    armed: registers of each CPU; a test trap fired; accesses by the kernel are counted
    lost: 7 hits: enlarge the ring with --ring
    not covered: 11.1 % of the time
    "
  `);
});

test("a recording that was cut has a report, which says so", async () => {
  const cut = file("cut.trap", sampleRecording().subarray(0, -40));
  expect(await run(["report", "--json", cut])).toBe(0);
  const summary = JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({ kind: "summary", hits: 12, lost: 7 });
  expect(summary.ended).toBeUndefined();
  expect(summary.coverage.gaps).toEqual([
    { kind: "recording", text: expect.stringContaining("a frame that was not written whole") },
    { kind: "recording", text: expect.stringContaining("it has no summary") },
  ]);
});

test.for([
  ["report", [file("text.trap", "perf data")], /text\.trap: not a recording: /],
  ["report", [file("empty.trap", "")], /empty\.trap: empty: /],
  ["report", [join(folder, "none.trap")], /none\.trap: it cannot be read: ENOENT/],
  ["report", [folder], /: it cannot be read: EISDIR/],
  ["report", ["--log", "--json", watch], /--table, --log, --json: give one of them$/],
  ["report", ["-F", "nothing", watch], /^trapline: -F nothing: not one of count,/],
  ["diff", [watch, model], /model\.trap: it is not of a watch$/],
  ["export", ["--to", "perf", watch], /--to perf: not one of perf-script, folded/],
  ["export", ["--to", "itf", watch], /watch\.trap: --to itf: it is of a watch/],
  ["export", ["--to", "folded", model], /model\.trap: --to folded: it has no hits/],
  ["export", ["--to", "csv", "-o", join(folder, "no", "x"), watch], /it cannot be written: ENOENT/],
  [
    "run",
    ["--trace-file", join(folder, "no", "x"), "scenarios/bugs/oops-2016.scn"],
    /--trace-file .*: it cannot be written/,
  ],
] as const)("%s %s is one line with the remedy", async ([command, args, line]) => {
  expect(await run([command, ...args])).toBe(2);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(line);
  expect(errors[0]).toMatch(/^trapline: [^\n]+$/);
});

test("diff tells new writers, gone ones and counts, and its status whether there are any", async () => {
  const more = file("more.trap", sampleRecording(30));
  expect(await run(["diff", watch, watch])).toBe(0);
  expect(out).toContain("the same 3 writers");
  out = "";
  expect(await run(["diff", "--json", watch, more])).toBe(1);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ kind }) => kind)).toEqual(["header", ...Array(3).fill("writer"), "summary"]);
  expect(lines.slice(1, -1).map(({ before, after }) => after - before)).toEqual([6, 6, 6]);
});

test("a run's recording is reported as the run was printed, in text, as a trace and in JSON", async () => {
  const scenario = "scenarios/bugs/oops-2016.scn";
  for (const flags of [[], ["--trace"], ["--json"]]) {
    const trace = join(folder, "run.trap");
    out = "";
    expect(await run(["run", ...flags, "--trace-file", trace, scenario])).toBe(1);
    const printed = out;
    out = "";
    expect(await run(["report", trace])).toBe(0);
    expect(out).toBe(printed);
  }
});

test("an exploration's recording is reported as it was printed, and has the steps of what it found", async () => {
  const words = ["--cpus", "1", "--events", "1", "--words", "access,birth,ioctl", "--length", "4"];
  const explore = ["explore", "--arch", "powerpc-dawr", "--design", "c", ...words];
  const trace = join(folder, "explore.trap");
  for (const flags of [[], ["--trace"], ["--json"]]) {
    out = "";
    expect(await run([...explore, ...flags, "--trace-file", trace])).toBe(1);
    const printed = out;
    out = "";
    expect(await run(["report", trace])).toBe(0);
    expect(out).toBe(printed);
  }
  const [found] = readRecording(readFileSync(trace)).runs;
  expect(found?.steps.length).toBe(found?.verdict?.steps);
  expect(found?.verdict?.violation?.property).toBe("unexplained-sigtrap");
});

test("what was provoked is reported as it was printed", async () => {
  const path = join(folder, "provoke.trap");
  const loaded = load("arch x86\ncpus 2\nvar x 8\nP: store x\n");
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error("no program");
  const line = { line: 4, text: "P: store x", seen: "ok", ok: true };
  const outcome = { lines: [line], ok: false, hung: true, unexplained: ["P"] };
  const result = {
    ...{ tries: 9, seconds: 2.5, broken: undefined },
    outcomes: [{ ...outcome, count: 9, firstSeed: 3 }],
    complaints: [{ seed: 5, log: ["WARNING: at core.c:1"] }],
  };
  const report = { file: "race.scn", program, target: "guest:x", seed: 3, result };
  for (const form of ["text", "json"] as const) {
    {
      using trace = new TraceFile(path, "provoke", { form, targets: ["guest:x"], designs: [] });
      trace.provoked({ file: "race.scn", text: "", program }, "guest:x", { seed: 3, ...result });
    }
    out = "";
    expect(await run(["report", path])).toBe(0);
    const lines =
      form === "text" ? provokeText(report) : [headerJson("guest:x"), ...provokeJson(report)];
    expect(out).toBe(`${lines.join("\n")}\n`);
  }
});

test("an export goes to a file, gzipped where that is the custom", async () => {
  const path = join(folder, "out.pprof");
  expect(await run(["export", "--to", "pprof", "-o", path, watch])).toBe(0);
  expect([...readFileSync(path).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  expect(out).toBe("");
});
