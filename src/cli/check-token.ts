import { readFileSync } from "node:fs";
import { type Checked, replayableOf } from "../check/index.ts";
import { encodeToken } from "./replay-token.ts";

/** What `trapline replay` needs to go through the failure that was found, if one was. */
export function tokenOf({ file, program, result }: Checked): string | undefined {
  const moves = result.counterexample?.moves;
  if (moves === undefined) return undefined;
  return encodeToken(replayableOf(file, { text: readFileSync(file, "utf8"), program, moves }));
}
