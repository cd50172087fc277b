import { fstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Pid } from "../base/index.ts";
import { FileBytes } from "./byte-source.ts";
import type { Mapping } from "./process-maps.ts";

/** A process through which a file may be reached. */
interface Door {
  readonly proc: string;
  readonly pid: Pid;
}

/**
 * The file that is mapped, open, or undefined if it cannot be had any more. `pids` are the process and
 * those it was forked from, which share its file system when it is gone. A file of the same name that
 * is not the mapped one is never taken: its symbols would name other code.
 */
export function openMappedFile(
  proc: string,
  pids: readonly Pid[],
  mapping: Mapping,
): FileBytes | undefined {
  for (const pid of pids) {
    const file = openThrough({ proc, pid }, mapping);
    if (file !== undefined) return file;
  }
  return pathsOf(mapping)
    .map((path) => openIf(path, mapping, (it) => isSameFile(it, mapping, join(proc, "self"))))
    .find((it) => it !== undefined);
}

function openThrough({ proc, pid }: Door, mapping: Mapping): FileBytes | undefined {
  const process = join(proc, `${pid}`);
  const range = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
  // A link of the kernel to the very file: its device need not be compared, and may not be, for
  // btrfs and overlayfs show another one in stat(2) than in maps.
  const byRange = openIf(join(process, "map_files", range), mapping, (it) =>
    hasInode(it, mapping.inode),
  );
  if (byRange !== undefined) return byRange;
  const candidates = pathsOf(mapping).map((path) => `${process}/root${path}`);
  // The program itself can be had without privilege even when its name is gone.
  if (linkTarget(`${process}/exe`).startsWith(mapping.path)) candidates.push(`${process}/exe`);
  return candidates
    .map((path) => openIf(path, mapping, (it) => isSameFile(it, mapping, process)))
    .find((it) => it !== undefined);
}

/** A file may truly be called "x (deleted)". */
function pathsOf({ path, deleted }: Mapping): string[] {
  if (!path.startsWith("/")) return [];
  return deleted ? [path, `${path} (deleted)`] : [path];
}

function openIf(
  path: string,
  mapping: Mapping,
  accept: (file: FileBytes) => boolean,
): FileBytes | undefined {
  let file: FileBytes;
  try {
    file = new FileBytes(path, mapping.path);
  } catch {
    return undefined;
  }
  if (accept(file)) return file;
  file.close();
  return undefined;
}

function hasInode(file: FileBytes, inode: bigint): boolean {
  return fstatSync(file.fd, { bigint: true }).ino === inode;
}

/** `process` is the folder in /proc of one that sees the mount the file was opened through. */
function isSameFile(file: FileBytes, mapping: Mapping, process: string): boolean {
  const { ino, dev } = fstatSync(file.fd, { bigint: true });
  if (ino !== mapping.inode) return false;
  const device = `${mapping.major}:${mapping.minor}`;
  if (deviceOf(dev) === device) return true;
  const mount = mountOf(file.fd, process);
  // maps shows the file system's own device, as mountinfo does; stat(2) on btrfs that of a
  // subvolume. On overlayfs the device may be that of a layer, and no file says which.
  return mount !== undefined && (mount.device === device || mount.type === "overlay");
}

/** kernel: new_decode_dev(), for the 64 bits that stat(2) gives to user space. */
function deviceOf(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

const MOUNT_ID = /^mnt_id:\s*(\d+)/m;

/** proc_pid_mountinfo(5): `id parent major:minor root place options … - type source options`. */
function mountOf(fd: number, process: string): { device: string; type: string } | undefined {
  try {
    const id = MOUNT_ID.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    const mounts = readFileSync(join(process, "mountinfo"), "utf8").split("\n");
    const line = mounts.find((it) => it.startsWith(`${id} `));
    const device = line?.split(" ")[2];
    const type = line?.split(" - ")[1]?.split(" ")[0];
    return device === undefined || type === undefined ? undefined : { device, type };
  } catch {
    return undefined;
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
