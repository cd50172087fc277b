import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

const AFTER_HELP = `
Comments and order stay as they are. A file with a mistake is left alone.

Exit status: 0; 1 when --check found a file to format; 2 a file cannot be read
or has a mistake.

Examples:
  trapline fmt scenarios/bugs/*.scn     format these files
  trapline fmt --check scenarios/*.scn  name those that are not formatted
  trapline fmt - < draft.scn            from standard input to standard output
`;

/** Adds `trapline fmt` to the program. */
export function addFmtCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("fmt")
    .summary("format scenario files")
    .description("Format scenario files in place, and name those that changed.")
    .argument("<file...>", "scenario files, or - for standard input")
    .option("--check", "change nothing, name the files that would change")
    .addHelpText("after", AFTER_HELP)
    .action(async (files: readonly string[], { check }: { check?: boolean }) => {
      const changed: string[] = [];
      for (const file of files) {
        if (await formatFile(file, check === true)) changed.push(file);
      }
      for (const file of changed) if (file !== "-") console.log(file);
      finish(check === true && changed.length > 0 ? EXIT.failed : EXIT.ok);
    });
}

/** True when the file was, or would be, another. */
async function formatFile(file: string, check: boolean): Promise<boolean> {
  const { formatDiagnostic, parse, print } = await import("../scenario/index.ts");
  const text = read(file);
  const scenario = parse(text);
  if (!scenario.ok) {
    const all = scenario.error.map((it) => formatDiagnostic(it, file, text));
    throw new UsageError(`fmt ${file}: left as it is:\n${all.join("\n")}`);
  }
  const formatted = print(scenario.value);
  if (file === "-" && !check) process.stdout.write(formatted);
  else if (!check && formatted !== text) write(file, formatted);
  return formatted !== text;
}

const STDIN = 0;

function read(file: string): string {
  try {
    return readFileSync(file === "-" ? STDIN : file, "utf8");
  } catch (error) {
    throw new UsageError(`fmt ${file}: it cannot be read: ${reason(error)}`);
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`fmt ${file}: it cannot be written: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
