import type { ByteSource } from "./byte-source.ts";
import { ElfError } from "./elf-error.ts";

/** Where the fields stand in ELF64 and in ELF32: elf(5). `word` is what the class calls an address. */
const LAYOUTS = {
  64: {
    word: 8,
    header: { size: 64, phoff: 32, shoff: 40, phentsize: 54, phnum: 56 },
    segment: { size: 56, flags: 4, offset: 8, vaddr: 16, filesz: 32, memsz: 40 },
    section: {
      size: 64,
      flags: 8,
      addr: 16,
      offset: 24,
      length: 32,
      link: 40,
      info: 44,
      entsize: 56,
    },
    symbol: { size: 24, info: 4, other: 5, shndx: 6, value: 8, length: 16 },
  },
  32: {
    word: 4,
    header: { size: 52, phoff: 28, shoff: 32, phentsize: 42, phnum: 44 },
    segment: { size: 32, flags: 24, offset: 4, vaddr: 8, filesz: 16, memsz: 20 },
    section: {
      size: 40,
      flags: 8,
      addr: 12,
      offset: 16,
      length: 20,
      link: 24,
      info: 28,
      entsize: 36,
    },
    symbol: { size: 16, info: 12, other: 13, shndx: 14, value: 4, length: 8 },
  },
} as const;

export type ElfLayout = (typeof LAYOUTS)[32 | 64];

export interface ElfHeader {
  readonly layout: ElfLayout;
  readonly little: boolean;
  readonly type: number;
  readonly machine: number;
}

/** A PT_LOAD or other program header. Addresses are the linker's, before the load bias. */
export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
}

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly addr: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entsize: number;
}

export const SHT_NOBITS = 8;

const IDENT_SIZE = 16;
const MAGIC = 0x7f454c46;
const PN_XNUM = 0xffff;
const SHN_XINDEX = 0xffff;
const MAX_HEADERS = 1 << 17;
const MAX_SECTION_NAMES = 1 << 24;

/** One table of the file, all there, or an ElfError. */
export function readExactly(source: ByteSource, offset: number, length: number, what: string) {
  const end = offset + length;
  if (!Number.isSafeInteger(end) || end > source.size) {
    throw new ElfError(
      source.path,
      `${what} of ${length} bytes passes the end of the file`,
      offset,
    );
  }
  const bytes = source.read(offset, length);
  if (bytes.length < length) throw new ElfError(source.path, `${what} ends early`, offset);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function readHeader(source: ByteSource): ElfHeader {
  const ident = readExactly(source, 0, IDENT_SIZE + 4, "ELF identification");
  if (ident.getUint32(0) !== MAGIC) throw new ElfError(source.path, "no ELF magic", 0);
  const [elfClass, data] = [ident.getUint8(4), ident.getUint8(5)];
  if (elfClass !== 1 && elfClass !== 2) {
    throw new ElfError(source.path, `ELF class ${elfClass}, neither 32 nor 64 bits`, 4);
  }
  if (data !== 1 && data !== 2) throw new ElfError(source.path, `byte order ${data}`, 5);
  const little = data === 1;
  return {
    layout: LAYOUTS[elfClass === 2 ? 64 : 32],
    little,
    type: ident.getUint16(16, little),
    machine: ident.getUint16(18, little),
  };
}

export function readSegments(source: ByteSource, header: ElfHeader): ElfSegment[] {
  const { layout, little } = header;
  const fields = readExactly(source, 0, layout.header.size, "ELF header");
  const start = word(fields, layout.header.phoff, header);
  const entsize = fields.getUint16(layout.header.phentsize, little);
  let count = fields.getUint16(layout.header.phnum, little);
  if (count === PN_XNUM) count = firstSection(source, header)?.info ?? 0;
  if (count === 0) return [];
  checkTable(source, { what: "program header", start, entsize, count }, layout.segment.size);

  const view = readExactly(source, Number(start), count * entsize, "program header table");
  return Array.from({ length: count }, (_, i) => {
    const at = i * entsize;
    const field = (name: "offset" | "vaddr" | "filesz" | "memsz") =>
      word(view, at + layout.segment[name], header);
    return {
      type: view.getUint32(at, little),
      flags: view.getUint32(at + layout.segment.flags, little),
      offset: field("offset"),
      vaddr: field("vaddr"),
      filesz: field("filesz"),
      memsz: field("memsz"),
    };
  });
}

export function readSections(source: ByteSource, header: ElfHeader): ElfSection[] {
  const { layout, little } = header;
  const first = firstSection(source, header);
  if (first === undefined) return [];
  const fields = readExactly(source, 0, layout.header.size, "ELF header");
  const start = word(fields, layout.header.shoff, header);
  const [entsize, few, namesIndex] = [4, 6, 8].map((offset) =>
    fields.getUint16(layout.header.phentsize + offset, little),
  );
  const count = few === 0 || few === undefined ? first.size : few;
  if (count === 0) return [];
  checkTable(source, { what: "section header", start, entsize, count }, layout.section.size);

  const size = entsize ?? 0;
  const view = readExactly(source, Number(start), count * size, "section header table");
  const raw = Array.from({ length: count }, (_, i) => rawSection(view, i * size, header));
  const names = raw[namesIndex === SHN_XINDEX ? first.link : (namesIndex ?? 0)];
  const nameAt = sectionNames(source, names);
  return raw.map(({ nameOffset, ...section }) => ({ ...section, name: nameAt(nameOffset) }));
}

/** Section 0 names no bytes; it holds the counts that are too large for the header's 16 bits. */
function firstSection(source: ByteSource, header: ElfHeader) {
  const { layout } = header;
  const fields = readExactly(source, 0, layout.header.size, "ELF header");
  const start = word(fields, layout.header.shoff, header);
  if (start === 0n) return undefined;
  if (start > BigInt(source.size)) {
    throw new ElfError(
      source.path,
      "section headers pass the end of the file",
      layout.header.shoff,
    );
  }
  const view = readExactly(source, Number(start), layout.section.size, "section header 0");
  return rawSection(view, 0, header);
}

function rawSection(view: DataView, at: number, header: ElfHeader) {
  const { section } = header.layout;
  return {
    nameOffset: view.getUint32(at, header.little),
    type: view.getUint32(at + 4, header.little),
    flags: word(view, at + section.flags, header),
    addr: word(view, at + section.addr, header),
    offset: Number(word(view, at + section.offset, header)),
    size: Number(word(view, at + section.length, header)),
    link: view.getUint32(at + section.link, header.little),
    info: view.getUint32(at + section.info, header.little),
    entsize: Number(word(view, at + section.entsize, header)),
  };
}

function sectionNames(
  source: ByteSource,
  section: { offset: number; size: number; type: number } | undefined,
): (offset: number) => string {
  if (section === undefined || section.type === SHT_NOBITS || section.size > MAX_SECTION_NAMES) {
    return () => "";
  }
  const view = readExactly(source, section.offset, section.size, "section name table");
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return (offset) => {
    const end = bytes.indexOf(0, offset);
    return bytes.toString("latin1", offset, end < 0 ? bytes.length : end);
  };
}

interface Table {
  readonly what: string;
  readonly start: bigint;
  readonly entsize: number | undefined;
  readonly count: number;
}

function checkTable(source: ByteSource, table: Table, least: number): void {
  const { what, start, entsize = 0, count } = table;
  const at = start > BigInt(source.size) ? 0 : Number(start);
  if (entsize < least) throw new ElfError(source.path, `${what}s of ${entsize} bytes`, at);
  if (count > MAX_HEADERS) throw new ElfError(source.path, `${count} ${what}s`, at);
  if (start > BigInt(source.size)) {
    throw new ElfError(source.path, `${what}s at ${start}, past the end of the file`, at);
  }
}

function word(view: DataView, at: number, { layout, little }: ElfHeader): bigint {
  return layout.word === 8 ? view.getBigUint64(at, little) : BigInt(view.getUint32(at, little));
}
