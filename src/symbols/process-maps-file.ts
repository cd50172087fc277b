import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pid } from "../base/index.ts";
import { type Mapping, parseMaps } from "./process-maps.ts";

/** The maps of a process; undefined if it is gone, has no memory, or is none of ours. */
export function readMaps(proc: string, pid: Pid): Mapping[] | undefined {
  try {
    const folder = join(proc, `${pid}`);
    const mappings = mapsIn(folder);
    if (mappings.length > 0) return mappings;
    // Its first thread has ended and has no memory any more; the others still have it.
    const threads = readdirSync(join(folder, "task")).map((tid) => join(folder, "task", tid));
    return threads.map(mapsIn).find((them) => them.length > 0);
  } catch {
    return undefined;
  }
}

function mapsIn(folder: string): Mapping[] {
  return parseMaps(readFileSync(join(folder, "maps"), "utf8"));
}
