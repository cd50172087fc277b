import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Pid } from "../../base/index.ts";

/** `length` bytes of a process's memory; undefined where nothing is mapped, or it may not be read. */
export function readProcessMemory(
  { pid, proc }: { readonly pid: Pid; readonly proc: string },
  address: bigint,
  length: number,
): Uint8Array | undefined {
  try {
    const fd = openSync(join(proc, `${pid}`, "mem"), "r");
    try {
      const bytes = new Uint8Array(length);
      return readSync(fd, bytes, 0, length, address) === length ? bytes : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
