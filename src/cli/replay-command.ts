import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";

const AFTER_HELP = `
The token stands under each failure that "trapline check" prints. It holds the
scenario and the order in which everything happens, so it can be mailed and
needs no file.

On a terminal the keys go through the run, forwards and backwards; elsewhere all
of it is printed.

Exit status: 0 the run was done again, 2 the token is damaged or of another
model.

Examples:
  trapline check scenarios/bugs/oops-2016.scn
  trapline replay TOKEN
  trapline replay TOKEN | less
`;

/** Adds `trapline replay` to the program. */
export function addReplayCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("replay")
    .summary("step through a failure that check has found")
    .description("Do a failing run again, step by step, forwards and backwards.")
    .argument("<token...>", "what check printed; blanks and line ends in it are no harm")
    .addHelpText("after", AFTER_HELP)
    .action(async (token: readonly string[]) => {
      const { decodeToken } = await import("./replay-token.ts");
      const { replayRun } = await import("../check/index.ts");
      const { replayText } = await import("./replay-view.ts");
      const replayed = replayRun(decodeToken(token.join("")));
      if (process.stdin.isTTY && process.stdout.isTTY) {
        const { stepThrough } = await import("./replay-keys.ts");
        await stepThrough(replayed);
      } else console.log(replayText(replayed).join("\n"));
      finish(EXIT.ok);
    });
}
