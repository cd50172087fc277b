import { basename } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { type BugRow, bugFiles, bugTable, checkBugs, isAsExpected } from "./check-bugs.ts";

const OPTIONS = {
  fuse: true,
  reduceModel: true,
  symmetry: true,
  limits: { seconds: 60 },
  pause: setImmediate,
  watch: { now: () => performance.now() },
};

/** Whose proof takes long: `npm run nightly:bugs` has them, too. */
const LONG = [
  ...["w2-swap-dangles", "w2-swap-dangles-close", "w2-swap-dangles-signal", "z13-context-is-gone"],
  ...["z14-modify-loses-slot", "z21-signal-migrates", "z31-close-against-fork", "z31b-fork-hangs"],
  ...["z33-swap-while-pending", "z34-pending-work"],
];

const all = await bugFiles();
const files = all.filter((file) => !LONG.includes(basename(file, ".scn")));

test("all others are tried here", () => {
  expect(all.length - files.length).toBe(LONG.length);
});

test.each(files.map((file) => [basename(file, ".scn"), file]))(
  "%s is found, and clean with the fix if there is one",
  async (_, file = "") => {
    const rows: BugRow[] = [];
    for await (const row of checkBugs([file], 1, OPTIONS)) rows.push(row);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.was.result.counterexample?.property).toBeDefined();
      expect((row.was.calm ?? row.was.result).states).toBeLessThan(10_000);
      expect(row.fixed?.result.verdict ?? "not fixed").toBe(
        row.program.withoutFixes.length > 0 || row.program.machine.design !== undefined
          ? "ok"
          : "not fixed",
      );
      expect(isAsExpected(row)).toBe(true);
    }
    expect(bugTable(rows)[1]).toMatch(/clean|not fixed/);
  },
);
