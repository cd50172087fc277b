import { readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Pid } from "../base/index.ts";
import { PerfMapFile } from "./perf-map.ts";

const NS_PID = /^NSpid:.*?(\d+)$/m;

/** In the process's own /tmp, under the number it has in its own PID namespace. */
export function perfMapOf(proc: string, pid: Pid): PerfMapFile {
  const folder = join(proc, `${pid}`);
  let ownPid = `${pid}`;
  let owner: number | undefined;
  try {
    ownPid = NS_PID.exec(readFileSync(join(folder, "status"), "utf8"))?.[1] ?? ownPid;
    owner = statSync(folder).uid;
  } catch {
    // The process is gone already: no map of its own will be found.
  }
  const trusted = new Set([0, owner, process.getuid?.()]);
  const name = `tmp/perf-${ownPid}.map`;
  // When the process has ended its root is gone, but where that was ours the file is still there.
  const paths = [`${folder}/root/${name}`, ...(sharesMounts(proc, folder) ? [`/${name}`] : [])];
  return new PerfMapFile(paths, (uid) => trusted.has(uid));
}

function sharesMounts(proc: string, folder: string): boolean {
  try {
    return readlinkSync(`${folder}/ns/mnt`) === readlinkSync(join(proc, "self/ns/mnt"));
  } catch {
    return false;
  }
}
