import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { candidates } from "./complete.ts";
import { makeProgram } from "./program.ts";

const program = makeProgram({ launch: undefined, finish: () => undefined });
const words = (...typed: string[]) => candidates(program, typed).map(({ word }) => word);

test("what may stand next is completed, and nothing else", () => {
  expect(words("wa")).toEqual(["watch"]);
  expect(words("watch", "--col")).toEqual(["--color"]);
  expect(words("watch", "--color", "a")).toEqual(["auto", "always"]);
  expect(words("completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect(words("watch", "--timeout", "")).toEqual([]);
  expect(words("run", "")).toEqual([]); // a file: shells know those better
  expect(words("frob", "--")).toEqual([]);
  expect(words("watch", "x", "--", "gr")).toEqual([]);
});

test("every option of every command can be completed", () => {
  for (const command of program.createHelp().visibleCommands(program)) {
    const longs = command.options.map(({ long }) => long);
    expect(words(command.name(), "--")).toEqual(expect.arrayContaining(longs));
  }
});

test("ids are those of this machine, behind those that are typed already", () => {
  expect(words("watch", "-p", `${process.pid}`)).toContain(`${process.pid}`);
  expect(words("watch", "-p", `1,${process.pid}`)).toContain(`1,${process.pid}`);
  expect(words("watch", "-t", `${process.pid}`)).toContain(`${process.pid}`);
});

describe("the script for bash", () => {
  const script = execFileSync(process.execPath, ["src/cli/main.ts", "completion", "bash"], {
    encoding: "utf8",
  });

  /** What bash offers for a command line, with this command as `trapline`. */
  function offered(line: string): readonly string[] {
    const typed = line.split(" ");
    const shell = `trapline() { "${process.execPath}" src/cli/main.ts "$@"; }
${script}
COMP_WORDS=(${typed.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${typed.length - 1}
_trapline; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", shell], { encoding: "utf8" }).trim().split("\n");
  }

  test("offers what fits", () => {
    expect(offered("trapline do")).toEqual(["doctor"]);
    expect(offered("trapline watch --arm ")).toEqual(["cpu", "task", "auto"]);
  });
});
