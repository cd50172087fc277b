import type { Command } from "commander";
import type { Finding } from "./doctor.ts";
import { EXIT } from "./exit-codes.ts";
import type { textTable as TextTable } from "./text-table.ts";

const AFTER_HELP = `
Exit status: 0 when watching works here, 1 when it does not.

Examples:
  trapline doctor
  sudo trapline doctor       what root could do
  trapline doctor --json     for programs
`;

/** Adds `trapline doctor` to the program. */
export function addDoctorCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("doctor")
    .summary("what this machine and user can watch")
    .description("Look at what watching needs here, and try it on a child of its own.")
    .option("--json", "print one JSON object")
    .addHelpText("after", AFTER_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const { examine } = await import("./doctor.ts");
      const { textTable } = await import("./text-table.ts");
      const findings = await examine();
      const able = findings.every(({ state }) => state !== "missing");
      console.log(json === true ? toJson(findings, able) : toText(findings, able, textTable));
      finish(able ? EXIT.ok : EXIT.failed);
    });
}

function toJson(findings: readonly Finding[], able: boolean): string {
  return JSON.stringify({ schema: "trapline.doctor", version: 1, able, findings });
}

function toText(findings: readonly Finding[], able: boolean, textTable: typeof TextTable): string {
  const columns = [
    { title: "", align: "left" },
    { title: "", align: "left" },
    { title: "", align: "left" },
  ] as const;
  const rows = findings.flatMap(({ name, state, value, remedy }) => [
    [name, state, value],
    ...(remedy === undefined ? [] : [["", "", `for more: ${remedy}`]]),
  ]);
  const [, ...lines] = textTable(columns, rows);
  const verdict = able ? "Watching works here." : "Watching does not work here.";
  return [...lines, "", verdict].join("\n");
}
