import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

type Shell = "bash" | "zsh" | "fish";

const RUN: Readonly<Record<Shell, string>> = {
  bash: `trapline() { "${process.execPath}" src/cli/main.ts "$@"; }`,
  zsh: `trapline() { "${process.execPath}" src/cli/main.ts "$@"; }`,
  fish: `function trapline; "${process.execPath}" src/cli/main.ts $argv; end`,
};

/** How each is made to tell what it would offer at the end of a command line. */
const ASK: Readonly<Record<Shell, (typed: readonly string[], script: string) => string>> = {
  bash: (typed, script) => `${script}
COMP_WORDS=(${quoted(typed)}); COMP_CWORD=${typed.length - 1}
_trapline; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (typed, script) => `compdef() { }
_describe() { print -l -- "\${(@)\${(P)2}%%:*}" }
_files() { print files }
${script}
words=(${quoted(typed)}); CURRENT=${typed.length}
_trapline`,
  fish: (typed, script) => `${script}
complete -C '${typed.join(" ")}' | string replace -r '\\t.*' ''; true`,
};

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

/** Shells look for settings of the user's; here are none. */
const home = mkdtempSync(join(tmpdir(), "trapline-home-"));
afterAll(() => rmSync(home, { recursive: true }));

const isThere = (shell: Shell) => spawnSync(shell, ["-c", "true"]).status === 0;

for (const shell of ["bash", "zsh", "fish"] as const) {
  describe.skipIf(!isThere(shell))(`the script for ${shell}, where it is installed`, () => {
    const script = execFileSync(process.execPath, ["src/cli/main.ts", "completion", shell], {
      encoding: "utf8",
    });

    /** What the shell offers for a command line, with this command as `trapline`. */
    function offered(line: string): readonly string[] {
      const source = `${RUN[shell]}\n${ASK[shell](line.split(" "), script)}`;
      const options = { encoding: "utf8", env: { ...process.env, HOME: home } } as const;
      return execFileSync(shell, ["-c", source], options).trim().split("\n");
    }

    test("offers what fits", () => {
      expect(offered("trapline do")).toEqual(["doctor"]);
      expect([...offered("trapline watch --arm ")].sort()).toEqual(["auto", "cpu", "task"]);
    });

    test("offers files where nothing of its own fits", () => {
      const files = offered("trapline report package.j");
      if (shell === "zsh") expect(files).toEqual(["files"]);
      if (shell === "fish") expect(files).toEqual(["package.json"]);
      // bash does so by itself where there is no answer.
      if (shell === "bash") expect(files).toEqual([""]);
    });
  });
}
