import { fileURLToPath } from "node:url";
import type { Tier } from "./frame.ts";

/** A name from a perf map, taken apart if V8 wrote it. */
export interface JitName {
  readonly name: string;
  readonly tier?: Tier;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

const TIERS: Readonly<Record<string, Tier>> = {
  "~": "interpreted",
  "^": "baseline",
  "+": "maglev",
  "*": "optimised",
};

/**
 * `JS:` today; the others are older spellings of the same. An apostrophe behind the mark says that the
 * code was compiled for one closure only: still the same function.
 */
const SCRIPT = /^(?:JS|Function|LazyCompile|Script|Eval):([~^+*])'?(.*)$/s;
const POSITION = /^(.*):(\d+):(\d+)$/s;
/** A path or URL starts after the first space that has one behind it: both sides may hold spaces. */
const NAME_AND_FILE = /^(.*?) ((?:\/|[a-z][a-z0-9+.-]*:|\[).*)$/s;
const NAME_AND_WORD = /^(.*) (\S*)$/s;

/** `JS:~fillRow file:///a/rows.mjs:3:79` by its parts; any other name verbatim. */
export function parseJitName(text: string): JitName {
  const [, mark = "", rest = ""] = SCRIPT.exec(text) ?? [];
  const tier = TIERS[mark];
  if (tier === undefined) return { name: text };
  const [, place, line, column] = POSITION.exec(rest) ?? [];
  if (place === undefined) return { name: rest.trim() || "(anonymous)", tier };
  const [, name = "", file = place] = NAME_AND_FILE.exec(place) ?? NAME_AND_WORD.exec(place) ?? [];
  return {
    name: name || "(anonymous)",
    tier,
    ...(file === "" ? {} : { file: asPath(file) }),
    line: Number(line),
    column: Number(column),
  };
}

function asPath(file: string): string {
  if (!file.startsWith("file:///")) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file; // a malformed escape: what V8 wrote is still better than nothing
  }
}
