import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { run } from "./run.ts";

/** What a command line prints and how it ends. */
async function outcome(...args: string[]) {
  const status = await run(args);
  const lines = vi.mocked(console.error).mock.calls.map(([line]) => String(line));
  return { status, lines };
}

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("wrong usage is one line, and status 2", () => {
  test.each([
    [["frob"], "trapline: unknown command 'frob': see trapline --help"],
    [["record"], "trapline: unknown command 'record': try trapline watch -o FILE"],
    [["watch", "counter"], "trapline: watch: no target: give -p PID, -t TID, -a, or -- CMD ARGS"],
    [["watch", "-p", "1"], "trapline: watch: nothing to watch: give an address or a symbol"],
    [
      ["watch", "-p", "x", "counter"],
      "trapline: -p x: no process of that name: see ps -e for those there are",
    ],
    [
      ["watch", "-p", "-", "counter"],
      "trapline: -p -: neither an id nor a name: try -p 1234, 12,34 or -p NAME",
    ],
    [
      ["watch", "-p", "1", "a:change", "b"],
      "trapline: watch: a:change beside b: give :change to all, or to none",
    ],
    [
      ["watch", "-p", "1", "a", "--call-graph", "lbr"],
      "trapline: --call-graph lbr: not one of dwarf, fp, none",
    ],
    [
      ["watch", "-p", "1", "a", "--log", "-F", "share"],
      "trapline: -F share: not one of time, who, cpu, mode, code, insn, repeat, value, watch",
    ],
    [["completion", "csh"], "trapline: completion csh: not one of bash, zsh, fish"],
    [
      ["watch", "-p", "1", "-a", "counter"],
      "trapline: watch: more than one target: give one of -p, -t, -a and -- CMD",
    ],
    [
      ["watch", "-p", "1", "0x1000/8:q"],
      'trapline: watch 0x1000/8:q: column 10: "q" is no mode: expected r, w, rw or x',
    ],
    [
      ["watch", "-p", "1", "0x1000", "--json", "--log"],
      "trapline: watch: --log, --json and --format: give one of them",
    ],
    [
      ["watch", "-p", "1", "0x1000", "--colour", "never"],
      "trapline: unknown option '--colour' (Did you mean --color?): see trapline --help",
    ],
    [["watch", "0x1000", "--"], "trapline: watch: no command behind --: give one to launch"],
    [
      ["watch", "-p", "1", "0x1000", "--timeout", "soon"],
      "trapline: --timeout soon: not a duration: try 10s, 500ms or 2m",
    ],
  ])("%j", async (args, line) => {
    expect(await outcome(...args)).toEqual({ status: 2, lines: [line] });
  });
});

test("help and version are no errors", async () => {
  expect((await outcome("--help")).status).toBe(0);
  expect((await outcome("watch", "--help")).status).toBe(0);
  expect((await outcome("--version")).status).toBe(0);
});

const COMMANDS = [
  ...["watch", "report", "diff", "show", "export", "doctor", "run", "fmt", "check", "explore"],
  ...["replay", "conform", "provoke", "guest", "arch", "completion"],
];

test.each(COMMANDS)("the help of %s fits 80 columns and ends in examples", async (command) => {
  await run([command, "--help"]);
  const text = vi
    .mocked(process.stdout.write)
    .mock.calls.map(([chunk]) => String(chunk))
    .join("");
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  const [, examples = ""] = text.split("Examples:\n");
  const lines = examples.trimEnd().split("\n");
  expect(lines.filter((line) => !line.startsWith("  "))).toEqual([]);
  expect(examples).toContain(`trapline ${command}`);
});
