import type { ByteSource } from "./byte-source.ts";
import { type ElfHeader, type ElfSection, readExactly } from "./elf-headers.ts";
import { stringAt } from "./string-table.ts";

export interface SymbolVersion {
  /** `GLIBC_2.14`; undefined for the unversioned. */
  readonly name: string | undefined;
  /** An old version that is kept for programs linked long ago: no new reference binds to it. */
  readonly hidden: boolean;
}

const SHT_GNU_VERDEF = 0x6ffffffd;
const SHT_GNU_VERSYM = 0x6fffffff;
const HIDDEN = 0x8000;
const VERDEF_SIZE = 20;
const MAX_VERSIONS = 1 << 12;
const MAX_TABLE = 1 << 24;

/** The version of each row of `.dynsym`. Files without versions answer that none is hidden. */
export function readVersions(
  source: ByteSource,
  header: ElfHeader,
  sections: readonly ElfSection[],
): (row: number) => SymbolVersion {
  const section = sections.find((it) => it.type === SHT_GNU_VERSYM);
  if (section === undefined || section.size > MAX_TABLE) {
    return () => ({ name: undefined, hidden: false });
  }
  const view = readExactly(source, section.offset, section.size, ".gnu.version");
  const names = versionNames(source, header, sections);
  return (row) => {
    if (row * 2 + 2 > view.byteLength) return { name: undefined, hidden: false };
    const entry = view.getUint16(row * 2, header.little);
    return { name: names.get(entry & ~HIDDEN), hidden: (entry & HIDDEN) !== 0 };
  };
}

/** `.gnu.version_d` is a chain of definitions, each with its name as its first auxiliary entry. */
function versionNames(
  source: ByteSource,
  { little }: ElfHeader,
  sections: readonly ElfSection[],
): Map<number, string> {
  const names = new Map<number, string>();
  const section = sections.find((it) => it.type === SHT_GNU_VERDEF);
  const strings = sections[section?.link ?? 0];
  if (section === undefined || strings === undefined || section.size > MAX_TABLE) return names;
  const view = readExactly(source, section.offset, section.size, ".gnu.version_d");
  let at = 0;
  while (at + VERDEF_SIZE <= view.byteLength && names.size < MAX_VERSIONS) {
    const index = view.getUint16(at + 4, little);
    const name = at + view.getUint32(at + 12, little);
    if (name + 4 > view.byteLength) break;
    // Index 1 is the file itself: it stands for "no version".
    if (index > 1) names.set(index, stringAt(source, strings, view.getUint32(name, little)));
    const next = view.getUint32(at + 16, little);
    if (next === 0) break;
    at += next;
  }
  return names;
}
