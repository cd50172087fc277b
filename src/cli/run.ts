import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { makeProgram } from "./program.ts";
import { UsageError } from "./usage-error.ts";

/** What people try who know perf, git or a debugger. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ["record", "trapline watch -o FILE"],
  ["script", "trapline report FILE --log"],
  ["stat", "trapline watch"],
  ["top", "trapline watch"],
  ["live", "trapline watch"],
  ["trace", "trapline watch --log"],
  ["list", "trapline watch -p PID --list PATTERN"],
  ["help", "trapline --help"],
]);

/** Errors of other rooms that are printed as one line: to import a class would load the kernel model for every command. */
const BY_NAME: ReadonlySet<string> = new Set(["TargetError", "ReplayError", "TokenError"]);

/** Runs one command line, without the program's name. Resolves to the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const separator = args.indexOf("--");
  const own = separator < 0 ? args : args.slice(0, separator);
  const launch = separator < 0 ? undefined : args.slice(separator + 1);

  let status: number = EXIT.ok;
  const program = makeProgram({
    launch,
    finish: (code) => {
      status = code;
    },
  });
  try {
    if (own.length === 0) program.outputHelp();
    else await program.parseAsync([...own], { from: "user" });
    return status;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok; // --help, --version
    const [line = ""] = error.message.replace(/^error: /, "").split("\n");
    const meant = MEANT.get(/^unknown command '(\w+)'/.exec(line)?.[1] ?? "");
    if (meant !== undefined) {
      console.error(`trapline: ${line}: try ${meant}`);
      return EXIT.usage;
    }
    const hint = /\(Did you mean .*\?\)/.exec(error.message)?.[0];
    console.error(`trapline: ${line}${hint === undefined ? "" : ` ${hint}`}: see trapline --help`);
    return EXIT.usage;
  }
  if (error instanceof UsageError || (error instanceof Error && BY_NAME.has(error.name))) {
    console.error(`trapline: ${error.message}`);
    return EXIT.usage;
  }
  throw error;
}
