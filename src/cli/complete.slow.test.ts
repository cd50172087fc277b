import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";

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
