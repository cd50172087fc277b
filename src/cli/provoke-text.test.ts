import { expect, test } from "vitest";
import type { OutcomeLine, Provoked } from "../conform/index.ts";
import { load } from "../scenario/index.ts";
import { type ProvokeReport, provokeJson, provokeText } from "./provoke-text.ts";

function line(text: string, seen: string, ok = true): OutcomeLine {
  return { line: 5, text, seen, ok };
}

function outcome(changes: Partial<Provoked>): Provoked {
  const lines = [line("P: store x", "ok"), line("expect count e 1", "1")];
  return { lines, ok: true, hung: false, unexplained: [], count: 1, firstSeed: 1, ...changes };
}

function reportOf(changes: Partial<ProvokeReport["result"]>): ProvokeReport {
  const loaded = load("arch x86\ncpus 2\nvar x 8\nP: store x\n");
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error("no program");
  const result = {
    tries: 10,
    outcomes: [outcome({ count: 10 })],
    complaints: [],
    broken: undefined,
    seconds: 2,
    ...changes,
  };
  return { file: "race.scn", program, target: "guest:x", seed: 1, result };
}

test("outcomes stand in a table, and below it only what differs", () => {
  const lost = [line("P: store x", "ok"), line("expect count e 1", "0", false)];
  const outcomes = [
    outcome({ count: 9 }),
    outcome({ count: 1, firstSeed: 7, ok: false, lines: lost }),
  ];
  expect(provokeText(reportOf({ outcomes })).join("\n")).toMatchInlineSnapshot(`
    "race.scn on guest:x: x86, 2 CPUs, 10 tries from seed 1 in 2.0 s
    OUTCOME  TRIES   SHARE  FIRST SEED
          1      9  90.00%           1  as expected
          2      1  10.00%           7  NOT as expected

    LINE  STATEMENT         1  2
       5  expect count e 1  1  0 !

    1 of 10 tries NOT as expected
    "
  `);
});

test("who died of a signal that nobody had sent is named, and a race that did not end", () => {
  const outcomes = [
    outcome({ count: 6, ok: false, unexplained: ["C"] }),
    outcome({ count: 4, ok: false, hung: true }),
  ];
  const text = provokeText(reportOf({ outcomes })).join("\n");
  expect(text).toContain("C DIES OF A SIGNAL THAT NOBODY SENT");
  expect(text).toContain("HANGS");
});

test("what the kernel complained of is told with its log, and a death of the kernel", () => {
  const complaints = [{ seed: 3, log: ["WARNING: at core.c:1", "Call Trace:"] }];
  const text = provokeText(reportOf({ complaints, broken: "guest:x: it died" }));
  expect(text).toContain("the kernel complains, seed 3:");
  expect(text).toContain("Call Trace:");
  expect(text).toContain("ended before its time, after seed 11: guest:x: it died");
  expect(text).toContain("the kernel or the puppet did not survive it");
});

test("as JSON each outcome is a line, and the summary the last", () => {
  const lines = provokeJson(reportOf({})).map((it) => JSON.parse(it));
  expect(lines.map(({ kind }) => kind)).toEqual(["outcome", "summary"]);
  expect(lines[1]).toMatchObject({ tries: 10, outcomes: 1, complaints: 0, arch: "x86" });
});
