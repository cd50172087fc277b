import { Command, CommanderError } from "commander";
import { addArchCommand } from "./arch-command.ts";
import { addCheckCommand } from "./check-command.ts";
import { addConformCommand } from "./conform-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { EXIT } from "./exit-codes.ts";
import { addFmtCommand } from "./fmt-command.ts";
import { addGuestCommand } from "./guest-command.ts";
import { addRunCommand } from "./run-command.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";
import { addWatchCommand } from "./watch-command.ts";

/** Runs one command line, without the program's name. Resolves to the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const separator = args.indexOf("--");
  const own = separator < 0 ? args : args.slice(0, separator);
  const launch = separator < 0 ? undefined : args.slice(separator + 1);

  let status: number = EXIT.ok;
  const program = new Command("trapline")
    .description("Hardware breakpoints on live processes: who touches this memory?")
    .version(version())
    .helpCommand(false)
    .showHelpAfterError(false)
    .configureOutput({ outputError: () => undefined, getOutHelpWidth: helpWidth })
    .exitOverride();
  const finish = (code: number) => {
    status = code;
  };
  addWatchCommand(program, { launch, finish });
  addDoctorCommand(program, { finish });
  addRunCommand(program, { finish });
  addFmtCommand(program, { finish });
  addCheckCommand(program, { finish });
  addConformCommand(program, { finish });
  addArchCommand(program, { finish });
  addGuestCommand(program, { finish });
  try {
    if (own.length === 0) program.outputHelp();
    else await program.parseAsync([...own], { from: "user" });
    return status;
  } catch (error) {
    return report(error);
  }
}

/** Wide terminals do not make help easier to read, narrow ones must not break it. */
function helpWidth(): number {
  return Math.min(process.stdout.columns ?? 80, 80);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok; // --help, --version
    const [line = ""] = error.message.replace(/^error: /, "").split("\n");
    const hint = /\(Did you mean .*\?\)/.exec(error.message)?.[0];
    console.error(`trapline: ${line}${hint === undefined ? "" : ` ${hint}`}: see trapline --help`);
    return EXIT.usage;
  }
  // By its name: to import its class would load the kernel model for every command.
  if (error instanceof UsageError || (error instanceof Error && error.name === "TargetError")) {
    console.error(`trapline: ${error.message}`);
    return EXIT.usage;
  }
  throw error;
}
