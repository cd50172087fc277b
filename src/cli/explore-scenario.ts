import { runOnModel } from "../check/index.ts";
import type { Finding } from "./explore-hunt.ts";

/** The program as a file that `trapline check` takes, with what was found in it. */
export function findingScenario({ scenario, program, length, counterexample }: Finding): string {
  const { property, what, moves } = counterexample;
  const lines = scenario.trimEnd().split("\n");
  for (const row of refused(program)) lines[row - 1] = `${lines[row - 1]} -> any`;
  return [
    `# ${property}: ${what}.`,
    `# Found by exploring programs of length ${length}; it shows after ${moves.length} steps.`,
    ...lines,
    "",
    `never ${property}`,
    "",
  ].join("\n");
}

/** The lines of statements that do not succeed in the order of the file: no failure is in that. */
function refused(program: Finding["program"]): readonly number[] {
  const { statements } = runOnModel(program);
  return statements.filter((it) => !it.ok).map(({ step }) => step.at.line);
}
