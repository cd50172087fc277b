// Writes the manual pages, one for each command, to the folder named.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manualPage } from "../src/cli/manual.ts";
import { makeProgram } from "../src/cli/program.ts";
import { version } from "../src/cli/version.ts";

const [folder = "dist/man"] = process.argv.slice(2);
const program = makeProgram({ launch: undefined, finish: () => undefined });
mkdirSync(folder, { recursive: true });
for (const command of [program, ...program.createHelp().visibleCommands(program)]) {
  const name = command === program ? "trapline" : `trapline-${command.name()}`;
  writeFileSync(join(folder, `${name}.1`), manualPage(command, version()));
}
