import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";
import { parsePort } from "./parse.ts";

interface ShowFlags {
  readonly html?: string;
  readonly port?: string;
  readonly open: boolean;
}

const AFTER_HELP = `
The page is served on this machine alone, at a URL that is printed and that only
who is told it can know, until Ctrl-C. It asks nobody else for anything. Of a
watch it shows a lane a thread, the value over time, the table of writers, and
stack, instruction and source lines of each hit; press ? in it for its keys.

Exit status: 0, or 2: wrong usage, not a recording, or the port is in use.

Examples:
  trapline watch -p 1234 counter -g --values -o run.trap
  trapline show run.trap                    open it in a browser
  trapline show run.trap --html run.html    make one file of it, to be mailed
  ssh -L 8080:127.0.0.1:8080 host trapline show run.trap --port 8080
                                            look at it from another machine
`;

/** Adds `trapline show` to the program. */
export function addShowCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("show")
    .summary("show a recording in a browser")
    .description("Show a recording in a browser, or make one file of it that can be mailed.")
    .argument("<file>", "a recording")
    .option("--html <OUT>", "write the page with the recording in it, and serve nothing")
    .option("--port <N>", "serve it there; any free port if not given")
    .option("--no-open", "print the URL, and open no browser")
    .addHelpText("after", AFTER_HELP)
    .action(async (file: string, { html, port, open }: ShowFlags) => {
      const show = await import("./show-recording.ts");
      if (html !== undefined) await show.writeOneFile(file, html);
      else {
        await show.showRecording(file, { port: parsePort(port), open });
      }
      finish(EXIT.ok);
    });
}
