import type { ByteSource } from "./byte-source.ts";
import { type ElfHeader, type ElfSection, type ElfSegment, readExactly } from "./elf-headers.ts";

const SHT_NOTE = 7;
const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
const MAX_NOTES = 1 << 20;
const NOTE_HEADER = 12;

interface Extent {
  readonly offset: number;
  readonly size: number;
}

/**
 * The build id in hex. Sections are asked before segments: a debug file keeps the segments of its
 * program, which then point at bytes that were left out.
 */
export function readBuildId(
  source: ByteSource,
  header: ElfHeader,
  sections: readonly ElfSection[],
  segments: readonly ElfSegment[],
): string | undefined {
  const bySection = sections.filter((it) => it.type === SHT_NOTE);
  const bySegment = segments
    .filter((it) => it.type === PT_NOTE)
    .map((it) => ({ offset: Number(it.offset), size: Number(it.filesz) }));
  for (const extent of [...bySection, ...bySegment]) {
    const id = buildIdIn(source, extent, header.little);
    if (id !== undefined) return id;
  }
  return undefined;
}

function buildIdIn(source: ByteSource, { offset, size }: Extent, little: boolean) {
  if (size > MAX_NOTES || offset + size > source.size) return undefined;
  const notes = readExactly(source, offset, size, "notes");
  let at = 0;
  while (at + NOTE_HEADER <= size) {
    const nameSize = notes.getUint32(at, little);
    const descSize = notes.getUint32(at + 4, little);
    const desc = at + NOTE_HEADER + align4(nameSize);
    if (desc + descSize > size) return undefined;
    const isGnu = nameSize === 4 && notes.getUint32(at + NOTE_HEADER) === 0x474e5500;
    if (isGnu && notes.getUint32(at + 8, little) === NT_GNU_BUILD_ID) {
      return Buffer.from(notes.buffer, notes.byteOffset + desc, descSize).toString("hex");
    }
    at = desc + align4(descSize);
  }
  return undefined;
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4;
}

export interface DebugLink {
  readonly file: string;
  /** Of the whole debug file, as zlib computes it. */
  readonly crc: number;
}

/** `.gnu_debuglink`: a base name, NUL, padding to four, and a checksum. */
export function readDebugLink(
  source: ByteSource,
  header: ElfHeader,
  sections: readonly ElfSection[],
): DebugLink | undefined {
  const section = sections.find((it) => it.name === ".gnu_debuglink");
  if (section === undefined || section.size < 8 || section.size > MAX_NOTES) return undefined;
  const view = readExactly(source, section.offset, section.size, ".gnu_debuglink");
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const end = bytes.indexOf(0);
  const crcAt = align4(end + 1);
  if (end < 1 || crcAt + 4 > bytes.length) return undefined;
  const file = bytes.toString("utf8", 0, end);
  if (file.includes("/")) return undefined;
  return { file, crc: view.getUint32(crcAt, header.little) };
}
