import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";
import { Output } from "./output.ts";
import { parseChoice } from "./parse.ts";
import { UsageError } from "./usage-error.ts";
import { wantsColor } from "./wants-color.ts";

interface ReportFlags {
  readonly table?: boolean;
  readonly log?: boolean;
  readonly json?: boolean;
  readonly fields?: string;
  readonly stack?: boolean;
  readonly color: string;
}

const AFTER_HELP = `
Without a form it is the one that the recording command had.

Exit status: 0, or 2: wrong usage, or not a recording.

Examples:
  trapline watch -p 1234 counter -g -o run.trap
  trapline report run.trap                  what the command printed
  trapline report --log -g run.trap         each hit, with its call chain
  trapline report --json run.trap | head
`;

/** Adds `trapline report` to the program. */
export function addReportCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("report")
    .summary("print what a recorded command printed")
    .description("Print what the command that made a recording would have printed.")
    .argument("<file>", "a recording")
    .option("--table", "of a watch: the table of writers")
    .option("--log", "of a watch: one line a hit")
    .option("--json", "JSON lines")
    .option("-g, --stack", "with call chains, which the recording must have")
    .option("--no-stack", "without call chains")
    .option("-F, --fields <NAME,...>", "only these, as of watch")
    .option("--color <WHEN>", "auto, always or never", "auto")
    .addHelpText("after", AFTER_HELP)
    .action(async (file: string, flags: ReportFlags) => {
      const { reportRecording } = await import("./report-recording.ts");
      const output = new Output();
      const how = {
        form: formOf(flags),
        stack: flags.stack,
        color: colorOf(flags),
        fields: flags.fields?.split(","),
      };
      reportRecording(file, how, output);
      output.flush();
      finish(EXIT.ok);
    });
}

function formOf({ table, log, json }: ReportFlags): "table" | "log" | "json" | undefined {
  const given = [
    ...(table === true ? (["table"] as const) : []),
    ...(log === true ? (["log"] as const) : []),
    ...(json === true ? (["json"] as const) : []),
  ];
  if (given.length > 1) throw new UsageError("report: --table, --log, --json: give one of them");
  return given[0];
}

function colorOf(flags: ReportFlags): boolean {
  const color = parseChoice("--color", flags.color, ["auto", "always", "never"]);
  return color === "auto" ? wantsColor() : color === "always";
}
