import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { manualPage } from "./manual.ts";
import { makeProgram } from "./program.ts";

const program = makeProgram({ launch: undefined, finish: () => undefined });
const commands = [program, ...program.createHelp().visibleCommands(program)];

test.each(commands.map((it) => [it.name(), it] as const))(
  "the manual of %s is sound roff",
  (_, it) => {
    const page = manualPage(it, "1.2.3");
    expect(page).toMatch(/^\.TH TRAPLINE\S* 1 /);
    for (const { long } of it.options) expect(page).toContain(`${long}`.replaceAll("-", "\\-"));
    // groff is part of Debian's base system with man-db; elsewhere the text alone is looked at.
    const checked = spawnSync("groff", ["-z", "-ww", "-man", "-Tutf8"], {
      input: page,
      encoding: "utf8",
    });
    if (checked.error === undefined) expect(checked.stderr).toBe("");
  },
);

test("examples stay as they are, and a dot at the start of a line is text", () => {
  const watch = commands.find((it) => it.name() === "watch");
  if (watch === undefined) throw new Error("there is no watch");
  const page = manualPage(watch, "1.2.3");
  expect(page).toContain(".SH EXAMPLES\n.in 0\n.nf\n  trapline watch \\-p 1234 counter");
  const lines = page.split("\n").filter((line) => /^[.']/.test(line));
  expect(lines.filter((line) => !/^\.(TH|SH|TP|B|BR|in|nf|fi)\b/.test(line))).toEqual([]);
});
