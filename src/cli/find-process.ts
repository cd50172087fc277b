import { basename } from "node:path";
import { allProcesses, cmdlineOf, commOf, hasEnded } from "../linux/index.ts";
import { UsageError } from "./usage-error.ts";

const SHOWN = 5;
/** The kernel keeps so much of a name. */
const COMM_LENGTH = 15;

/** `12,34`, or names that one process each has and no other. Throws UsageError. */
export function findProcesses(text: string): readonly number[] {
  return text.split(",").map(findProcess);
}

/** `1234`, or a name that one process has and no other: its own, or its program's. Throws UsageError. */
function findProcess(text: string): number {
  if (/^\d+$/.test(text)) {
    const pid = Number(text);
    if (pid > 0 && pid < 2 ** 31) return pid;
  }
  if (!/[a-z]/i.test(text)) {
    throw new UsageError(`-p ${text}: neither an id nor a name: try -p 1234, 12,34 or -p NAME`);
  }
  const comm = text.slice(0, COMM_LENGTH);
  const named = allProcesses().filter((pid) => {
    const bears = commOf(pid) === comm || basename(cmdlineOf(pid)[0] ?? "") === text;
    return bears && pid !== process.pid && !hasEnded(pid);
  });
  const [pid, another] = named;
  if (pid === undefined) {
    throw new UsageError(`-p ${text}: no process of that name: see ps -e for those there are`);
  }
  if (another === undefined) return pid;
  const more = named.length > SHOWN ? ", …" : "";
  const pids = `${named.slice(0, SHOWN).join(",")}${more}`;
  throw new UsageError(`-p ${text}: the name of ${named.length} processes: give -p ${pids}`);
}
