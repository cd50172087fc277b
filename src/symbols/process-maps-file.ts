import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pid } from "../base/index.ts";
import { type Mapping, parseMaps } from "./process-maps.ts";

/** The maps of a process; undefined if it is gone, has no memory, or is none of ours. */
export function readMaps(proc: string, pid: Pid): Mapping[] | undefined {
  try {
    const mappings = parseMaps(readFileSync(join(proc, `${pid}`, "maps"), "utf8"));
    return mappings.length === 0 ? undefined : mappings;
  } catch {
    return undefined;
  }
}
