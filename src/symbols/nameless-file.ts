import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let made = 0;

/** An open file with these bytes that goes when it is closed; undefined where none can be made. */
export function namelessFile(bytes: Uint8Array): number | undefined {
  made += 1;
  const path = join(tmpdir(), `trapline-${process.pid}-${made}`);
  let fd: number;
  try {
    fd = openSync(path, "wx+", 0o600);
  } catch {
    return undefined;
  }
  try {
    unlinkSync(path);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    return fd;
  } catch {
    closeSync(fd);
    return undefined;
  }
}
