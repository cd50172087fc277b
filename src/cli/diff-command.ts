import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";

const AFTER_HELP = `
A writer is known by its task's name, its function and what it accessed, so that
the program may have been built anew between the two.

Exit status: 0 the same writers with the same counts, 1 a difference, 2 wrong
usage.

Examples:
  trapline diff before.trap after.trap
  trapline diff --json before.trap after.trap
`;

/** Adds `trapline diff` to the program. */
export function addDiffCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("diff")
    .summary("compare two recordings by writer")
    .description("Compare two recordings of watches by writer: new ones, gone ones, and counts.")
    .argument("<before>", "a recording")
    .argument("<after>", "another one")
    .option("--json", "print JSON lines: header, writers, summary")
    .addHelpText("after", AFTER_HELP)
    .action(async (before: string, after: string, { json }: { json?: boolean }) => {
      const { diffRecordings } = await import("./diff-recordings.ts");
      const differs = diffRecordings(before, after, { json: json === true });
      finish(differs ? EXIT.failed : EXIT.ok);
    });
}
