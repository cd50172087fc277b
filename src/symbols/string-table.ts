import type { ByteSource } from "./byte-source.ts";
import { type ElfSection, readExactly, SHT_NOBITS } from "./elf-headers.ts";

const NAME_PIECE = 256;
const LONGEST_NAME = 1 << 16;
const SEARCH_PIECE = 1 << 22;
const MAX_WHOLE = 1 << 26;

/** The string at an offset of a string table; cut at 64 KiB, and at the table's end. */
export function stringAt(source: ByteSource, table: ElfSection, offset: number): string {
  for (let length = NAME_PIECE; ; length *= 8) {
    const available = Math.min(length, sizeOf(source, table) - offset);
    if (available <= 0) return "";
    const bytes = Buffer.from(source.read(table.offset + offset, available));
    const end = bytes.indexOf(0);
    if (end >= 0) return bytes.toString("utf8", 0, end);
    if (available < length || length >= LONGEST_NAME) return bytes.toString("utf8");
  }
}

/**
 * The offsets at which `name` stands, ended by a NUL or by `@` and a version. Linkers let one string
 * be the tail of another, so an offset may lie inside a longer name; the symbols tell.
 */
export function placesOfName(source: ByteSource, table: ElfSection, name: string): Set<number> {
  const wanted = Buffer.from(name, "utf8");
  const places = new Set<number>();
  const size = sizeOf(source, table);
  const overlap = wanted.length;
  for (let start = 0; start < size; start += SEARCH_PIECE) {
    const piece = readPiece(source, table.offset + start, SEARCH_PIECE + overlap, size - start);
    for (let at = piece.indexOf(wanted); at >= 0; at = piece.indexOf(wanted, at + 1)) {
      const next = piece[at + wanted.length];
      if (next === 0 || next === 0x40) places.add(start + at);
    }
  }
  return places;
}

/** Every string that begins with `start` and has `part` in it. */
export function stringsWith(
  source: ByteSource,
  table: ElfSection,
  { start, part }: { readonly start: string; readonly part: string },
): Set<string> {
  const found = new Set<string>();
  const size = sizeOf(source, table);
  if (size > MAX_WHOLE) return found;
  const bytes = readPiece(source, table.offset, size, size);
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + 1)) {
    const from = bytes.lastIndexOf(0, at) + 1;
    const end = bytes.indexOf(0, at);
    const text = bytes.toString("utf8", from, end < 0 ? bytes.length : end);
    if (text.startsWith(start) && text.length < LONGEST_NAME) found.add(text);
  }
  return found;
}

/** A reader of names without versions that has the table in memory; undefined for a huge one. */
export function plainNamesOf(source: ByteSource, table: ElfSection) {
  const size = sizeOf(source, table);
  if (size > MAX_WHOLE) return undefined;
  const view = readExactly(source, table.offset, size, "string table");
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return (offset: number): string => {
    const end = bytes.indexOf(0, offset);
    return withoutVersion(bytes.toString("utf8", offset, end < 0 ? bytes.length : end));
  };
}

/** `memcpy` of `memcpy@@GLIBC_2.14`. */
export function withoutVersion(name: string): string {
  const at = name.indexOf("@", 1);
  return at < 0 ? name : name.slice(0, at);
}

function readPiece(source: ByteSource, offset: number, length: number, available: number): Buffer {
  const bytes = source.read(offset, Math.min(length, available));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A table's size as far as the file holds it: a corrupt one may claim any. */
function sizeOf(source: ByteSource, table: ElfSection): number {
  if (table.type === SHT_NOBITS) return 0;
  return Math.max(0, Math.min(table.size, source.size - table.offset));
}
