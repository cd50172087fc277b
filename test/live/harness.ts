/**
 * What every live test needs: programs compiled from targets/, processes of them that wait to be
 * watched, and a watch that is read to its end. A test that fails prints how to run it alone.
 */
import { beforeEach } from "vitest";

export { Cli, type CliResult } from "./cli.ts";
export { RegisterHolder, registersFree } from "./registers.ts";
export { requires } from "./requires.ts";
export { Target } from "./target.ts";
export { allOf, type Counted, counted, type Watched, watching } from "./watching.ts";
export { Workshop } from "./workshop.ts";

/** For tests whose point is that they are many: a million in the nightly script. */
export const MANY_HITS = Number(process.env.MANY_HITS ?? 200_000);

beforeEach(({ task, onTestFailed }) => {
  onTestFailed(() => {
    const name = task.name.replaceAll(/[^\w ]/g, ".");
    console.error(`replay: npx vitest run --project live ${task.file.name} -t '${name}'`);
  });
});
