import { type ByteSource, FileBytes } from "./byte-source.ts";
import { type DynamicFacts, readDynamic } from "./dynamic.ts";
import { ElfError } from "./elf-error.ts";
import {
  type ElfHeader,
  type ElfSection,
  type ElfSegment,
  readHeader,
  readSections,
  readSegments,
} from "./elf-headers.ts";
import { type DebugLink, readBuildId, readDebugLink } from "./elf-notes.ts";
import { FdeIndex } from "./fde-index.ts";
import { SymbolTable } from "./symbol-table.ts";
import { readVersions, type SymbolVersion } from "./symbol-versions.ts";

const PT_LOAD = 1;
const PT_GNU_EH_FRAME = 0x6474e550;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;

/**
 * An ELF file, of which only what is asked for is read: a program with 500 MB of debug info costs as
 * much as one without. Whatever is broken in the file comes out as an ElfError.
 */
export class ElfFile implements Disposable {
  readonly path: string;
  readonly header: ElfHeader;
  readonly segments: readonly ElfSegment[];
  readonly #source: ByteSource;
  #sections: readonly ElfSection[] | undefined;
  #symtab: SymbolTable | undefined;
  #dynsym: SymbolTable | undefined;
  #versions: ((row: number) => SymbolVersion) | undefined;

  /** Takes the source over, and closes it if there is no ELF in it. */
  constructor(source: ByteSource) {
    using undo = new DisposableStack();
    undo.defer(() => source.close());
    this.#source = source;
    this.path = source.path;
    this.header = readHeader(source);
    this.segments = readSegments(source, this.header);
    undo.move();
  }

  static open(path: string): ElfFile {
    return new ElfFile(openBytes(path));
  }

  /** The open file; undefined of what exists in memory only. It is ours to close. */
  get fd(): number | undefined {
    return this.#source.fd;
  }

  get sections(): readonly ElfSection[] {
    this.#sections ??= readSections(this.#source, this.header);
    return this.#sections;
  }

  /** `.symtab`: all names, also of static variables. Absent from stripped files. */
  symtab(): SymbolTable | undefined {
    this.#symtab ??= this.#table(SHT_SYMTAB);
    return this.#symtab;
  }

  /** `.dynsym`: what the dynamic linker sees. */
  dynsym(): SymbolTable | undefined {
    this.#dynsym ??= this.#table(SHT_DYNSYM);
    return this.#dynsym;
  }

  /** The version of a row of `.dynsym`. */
  version(row: number): SymbolVersion {
    this.#versions ??= readVersions(this.#source, this.header, this.sections);
    return this.#versions(row);
  }

  buildId(): string | undefined {
    return readBuildId(this.#source, this.header, this.sections, this.segments);
  }

  dynamic(): DynamicFacts {
    return readDynamic(this.#source, this.header, this.sections);
  }

  debugLink(): DebugLink | undefined {
    return readDebugLink(this.#source, this.header, this.sections);
  }

  /** The whole of it. */
  bytes(): Uint8Array {
    return this.#source.read(0, this.#source.size);
  }

  /** Bytes by the linker's address; fewer than `length` where the bytes of their segment end. */
  bytesAt(address: bigint, length: number): Uint8Array {
    const segment = this.segments.find(
      ({ type, vaddr, filesz }) => type === PT_LOAD && vaddr <= address && address < vaddr + filesz,
    );
    if (segment === undefined) return new Uint8Array(0);
    const into = address - segment.vaddr;
    const rest = Number(segment.filesz - into);
    return this.#source.read(Number(segment.offset + into), Math.min(length, rest));
  }

  /** Where functions start, by the table that unwinders use. */
  fdeIndex(): FdeIndex | undefined {
    const header = this.segments.find(({ type }) => type === PT_GNU_EH_FRAME);
    return header === undefined ? undefined : FdeIndex.read(this, header.vaddr);
  }

  [Symbol.dispose](): void {
    this.#source.close();
  }

  #table(type: number): SymbolTable | undefined {
    const table = this.sections.find((it) => it.type === type);
    if (table === undefined) return undefined;
    return new SymbolTable(this.#source, this.header, table, this.sections);
  }
}

function openBytes(path: string): FileBytes {
  try {
    return new FileBytes(path);
  } catch (error) {
    throw new ElfError(path, error instanceof Error ? error.message : String(error), 0);
  }
}
