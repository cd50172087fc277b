import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { FileBytes } from "./byte-source.ts";
import { ElfFile } from "./elf.ts";
import { ElfError } from "./elf-error.ts";

const DEBUG_ROOT = "/usr/lib/debug";
const CRC_PIECE = 1 << 20;

/**
 * The separate debug file of a stripped one, by build id or by `.gnu_debuglink`. `roots` are the file
 * systems to look in, best first: the process's own (`/proc/PID/root`), then "" for ours.
 */
export function openDebugFile(
  elf: ElfFile,
  path: string,
  roots: readonly string[],
): ElfFile | undefined {
  for (const root of roots) {
    const found = byBuildId(elf, root) ?? byDebugLink(elf, path, root);
    if (found !== undefined) return found;
  }
  return undefined;
}

function byBuildId(elf: ElfFile, root: string): ElfFile | undefined {
  const id = elf.buildId();
  if (id === undefined || id.length < 4) return undefined;
  const name = `${id.slice(0, 2)}/${id.slice(2)}.debug`;
  return openIf(join(root, DEBUG_ROOT, ".build-id", name), (it) => it.buildId() === id);
}

function byDebugLink(elf: ElfFile, path: string, root: string): ElfFile | undefined {
  const link = elf.debugLink();
  if (link === undefined) return undefined;
  const folder = dirname(path);
  for (const place of [folder, join(folder, ".debug"), join(DEBUG_ROOT, folder)]) {
    const candidate = join(root, place, link.file);
    const found = openIf(candidate, (it) => belongs(elf, it, candidate, link.crc));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Build ids decide where both have one, for the checksum costs a read of the whole file. */
function belongs(elf: ElfFile, debug: ElfFile, path: string, crc: number): boolean {
  const id = elf.buildId();
  const debugId = debug.buildId();
  if (id !== undefined && debugId !== undefined) return id === debugId;
  return crcOfFile(path) === crc;
}

function crcOfFile(path: string): number {
  const file = new FileBytes(path);
  try {
    let crc = 0;
    for (let offset = 0; offset < file.size; offset += CRC_PIECE) {
      crc = crc32(file.read(offset, CRC_PIECE), crc);
    }
    return crc;
  } finally {
    file.close();
  }
}

/** A debug file that is missing or broken is as good as none. */
function openIf(path: string, accept: (elf: ElfFile) => boolean): ElfFile | undefined {
  try {
    using undo = new DisposableStack();
    const elf = undo.use(ElfFile.open(path));
    if (!accept(elf) || elf.symtab() === undefined) return undefined;
    undo.move();
    return elf;
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}
