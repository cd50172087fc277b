import { Command } from "commander";
import { addArchCommand } from "./arch-command.ts";
import { addCheckCommand } from "./check-command.ts";
import { addCompletionCommand } from "./completion-command.ts";
import { addConformCommand } from "./conform-command.ts";
import { addDiffCommand } from "./diff-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addExploreCommand } from "./explore-command.ts";
import { addExportCommand } from "./export-command.ts";
import { addFmtCommand } from "./fmt-command.ts";
import { addGuestCommand } from "./guest-command.ts";
import { addProvokeCommand } from "./provoke-command.ts";
import { addReplayCommand } from "./replay-command.ts";
import { addReportCommand } from "./report-command.ts";
import { addRunCommand } from "./run-command.ts";
import { addShowCommand } from "./show-command.ts";
import { version } from "./version.ts";
import { addWatchCommand } from "./watch-command.ts";

/** What a command line means beyond its options. */
export interface Calling {
  /** What stands behind `--`: a command to launch. */
  readonly launch: readonly string[] | undefined;
  /** Told the exit status. */
  readonly finish: (code: number) => void;
}

/** All commands with their options and help: what runs, what completes and what manuals are made of. */
export function makeProgram({ launch, finish }: Calling): Command {
  const program = new Command("trapline")
    .description("Hardware breakpoints on live processes: who touches this memory?")
    .version(version())
    .helpCommand(false)
    .showHelpAfterError(false)
    .configureOutput({ outputError: () => undefined, getOutHelpWidth: helpWidth })
    .exitOverride();
  addWatchCommand(program, { launch, finish });
  addReportCommand(program, { finish });
  addShowCommand(program, { finish });
  addDiffCommand(program, { finish });
  addExportCommand(program, { finish });
  addDoctorCommand(program, { finish });
  addRunCommand(program, { finish });
  addFmtCommand(program, { finish });
  addCheckCommand(program, { finish });
  addExploreCommand(program, { finish });
  addReplayCommand(program, { finish });
  addConformCommand(program, { finish });
  addProvokeCommand(program, { finish });
  addArchCommand(program, { finish });
  addGuestCommand(program, { finish });
  addCompletionCommand(program, { launch });
  return program;
}

/** Wide terminals do not make help easier to read, narrow ones must not break it. */
function helpWidth(): number {
  return Math.min(process.stdout.columns ?? 80, 80);
}
