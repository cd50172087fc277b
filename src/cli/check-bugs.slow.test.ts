import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { bugFiles, bugTable, checkBug, isAsExpected } from "./check-bugs.ts";

const OPTIONS = {
  fuse: true,
  reduceModel: true,
  symmetry: true,
  limits: { seconds: 20 },
  pause: setImmediate,
  watch: { now: () => performance.now() },
};

/** Those that are small, one of each kind of fault. The others take their time in `--bugs`. */
test.each([
  ["oops-2016", "tombstone-deref"],
  ["z12-wrong-cpu", "overcommit"],
  ["z16-sleeping-disable", "sleep-in-atomic"],
  ["z19-dar-outside", "missed-hit"],
  ["z23-bpf-handler", "endless-trap"],
  ["z30-orphans", "expectation"],
  ["z38-mismatched-group", "out-of-bounds"],
])("%s is found without its fix, as %s, and is clean with it", async (name, property) => {
  const file = (await bugFiles()).find((it) => it.endsWith(`/${name}.scn`));
  const rows = await checkBug(file ?? "", OPTIONS);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(row.was.result.counterexample?.property).toBe(property);
    expect(row.fixed.result.verdict).toBe("ok");
    expect(isAsExpected(row)).toBe(true);
  }
  expect(bugTable(rows)[1]).toContain("clean");
});
