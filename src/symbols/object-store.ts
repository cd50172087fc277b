import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import type { Pid } from "../base/index.ts";
import { MemoryBytes } from "./byte-source.ts";
import { openDebugFile } from "./debug-file.ts";
import { DebugObject } from "./dwarf/debug-object.ts";
import { type CodePlace, SourceLines } from "./dwarf/line-of.ts";
import { ElfFile } from "./elf.ts";
import { ElfError } from "./elf-error.ts";
import type { FdeIndex } from "./fde-index.ts";
import { openMappedFile } from "./mapped-file.ts";
import { namelessFile } from "./nameless-file.ts";
import { type Mapping, parseMaps } from "./process-maps.ts";
import type { ElfSymbol, SymbolTable } from "./symbol-table.ts";
import { type CfiRow, CfiTable } from "./unwind/index.ts";

const MAX_VDSO = 1 << 20;

/** An ELF file that some process has mapped. */
export class MappedObject {
  readonly path: string;
  readonly name: string;
  readonly elf: ElfFile;
  readonly #roots: readonly string[];
  #fdes: { readonly index: FdeIndex | undefined } | undefined;
  #debug: { readonly elf: ElfFile | undefined } | undefined;
  #lines: SourceLines | undefined;
  #cfi: CfiTable | undefined;
  #dwarf: { readonly debug: DebugObject | undefined } | undefined;

  constructor(path: string, elf: ElfFile, roots: readonly string[]) {
    this.path = path;
    this.name = basename(path);
    this.elf = elf;
    this.#roots = roots;
  }

  /** All names, from the file itself or from its debug file; undefined of a stripped one. */
  symtab(): SymbolTable | undefined {
    const own = tableOrNone(() => this.elf.symtab());
    return own ?? tableOrNone(() => this.#debugFile()?.symtab());
  }

  dynsym(): SymbolTable | undefined {
    return tableOrNone(() => this.elf.dynsym());
  }

  /** The symbol at an address as the linker numbers them. */
  lookup(address: bigint): ElfSymbol | undefined {
    return (this.symtab() ?? this.dynsym())?.lookup(address);
  }

  /**
   * Where decoding can begin to reach an address: the start of its function by the symbols or by the
   * frame descriptions, whichever is nearer, for each is the start of an instruction.
   */
  functionStart(address: bigint): bigint | undefined {
    const starts = [this.#described(address), this.lookup(address)?.value];
    return starts.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a));
  }

  /** True where a function is entered. A label inside of one is not its entry. */
  isEntry(address: bigint): boolean {
    return (this.#described(address) ?? this.lookup(address)?.value) === address;
  }

  /** Undefined without libdw. */
  dwarf(): DebugObject | undefined {
    this.#dwarf ??= { debug: this.#openDwarf() };
    return this.#dwarf.debug;
  }

  /** The source of an instruction, by the linker's address. */
  lineOf(address: bigint): CodePlace | undefined {
    const debug = this.dwarf();
    if (debug === undefined) return undefined;
    this.#lines ??= new SourceLines(debug);
    return this.#lines.lineOf(address);
  }

  /** How to unwind at an instruction, by the linker's address. */
  cfiRowAt(address: bigint): CfiRow | undefined {
    const debug = this.dwarf();
    if (debug === undefined) return undefined;
    this.#cfi ??= new CfiTable(debug);
    return this.#cfi.rowAt(address);
  }

  close(): void {
    this.#dwarf?.debug?.[Symbol.dispose]();
    this.elf[Symbol.dispose]();
    this.#debug?.elf?.[Symbol.dispose]();
  }

  #described(address: bigint): bigint | undefined {
    this.#fdes ??= { index: tableOrNone(() => this.elf.fdeIndex()) };
    return this.#fdes.index?.startOf(address);
  }

  /** libdw wants a file: what is in memory only, as the vdso, is given to it as one without a name. */
  #openDwarf(): DebugObject | undefined {
    const { path, elf } = this;
    if (elf.fd !== undefined) return DebugObject.open({ path, fd: elf.fd, roots: this.#roots });
    const fd = namelessFile(elf.bytes());
    if (fd === undefined) return undefined;
    try {
      return DebugObject.open({ path, fd, roots: this.#roots });
    } finally {
      closeSync(fd);
    }
  }

  #debugFile(): ElfFile | undefined {
    this.#debug ??= { elf: openDebugFile(this.elf, this.path, this.#roots) };
    return this.#debug.elf;
  }
}

/**
 * Every object that the watched processes have mapped, opened once whoever maps it. The files stay
 * open, so that device and inode remain a safe key: they cannot pass to another file.
 */
export class ObjectStore implements Disposable {
  readonly #proc: string;
  readonly #files = new Map<string, MappedObject>();
  /** With their paths, for nothing holds these files open and keeps their inodes. */
  readonly #notElf = new Set<string>();
  readonly #vdsos = new Map<string, MappedObject>();

  constructor(proc = "/proc") {
    this.#proc = proc;
  }

  /** The object behind a mapping. `pids`: the process, and those it was forked from. */
  of(mapping: Mapping, pids: readonly Pid[]): MappedObject | undefined {
    if (mapping.path === "[vdso]") return this.#vdso(mapping, pids);
    if (mapping.inode === 0n) return undefined;
    const key = fileKey(mapping);
    const known = this.#files.get(key);
    if (known !== undefined || this.#notElf.has(`${key} ${mapping.path}`)) return known;
    const object = this.#open(mapping, pids);
    if (object !== undefined) this.#files.set(key, object);
    return object;
  }

  [Symbol.dispose](): void {
    for (const it of this.#files.values()) it.close();
    this.#files.clear();
  }

  /** Undefined also if only these processes cannot reach the file: another may. */
  #open(mapping: Mapping, pids: readonly Pid[]): MappedObject | undefined {
    const file = openMappedFile(this.#proc, pids, mapping);
    if (file === undefined) return undefined;
    const roots = pids.map((pid) => join(this.#proc, `${pid}`, "root"));
    try {
      return new MappedObject(mapping.path, new ElfFile(file), [...roots, "/"]);
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
      this.#notElf.add(`${fileKey(mapping)} ${mapping.path}`);
      return undefined;
    }
  }

  /** Every process of one word size has the same, so our own serves for one that is gone. */
  #vdso(mapping: Mapping, pids: readonly Pid[]): MappedObject | undefined {
    const bytes =
      pids.map((pid) => readMemory(`${this.#proc}/${pid}/mem`, mapping)).find(Boolean) ??
      ownVdso(mapping);
    if (bytes === undefined) return undefined;
    const key = bytes.toString("latin1");
    const known = this.#vdsos.get(key);
    if (known !== undefined) return known;
    try {
      const elf = new ElfFile(new MemoryBytes(mapping.path, bytes));
      const object = new MappedObject(mapping.path, elf, []);
      this.#vdsos.set(key, object);
      return object;
    } catch (error) {
      if (error instanceof ElfError) return undefined;
      throw error;
    }
  }
}

/** What makes two mappings views of one file. */
export function fileKey({ major, minor, inode, path }: Mapping): string {
  return inode === 0n ? path : `${major}:${minor}:${inode}`;
}

function ownVdso(like: Mapping): Buffer | undefined {
  const own = parseMaps(readFileSync("/proc/self/maps", "utf8")).find((it) => it.path === "[vdso]");
  if (own === undefined || own.end - own.start !== like.end - like.start) return undefined;
  return readMemory("/proc/self/mem", own);
}

function readMemory(path: string, { start, end }: Mapping): Buffer | undefined {
  const length = Number(end - start);
  if (length > MAX_VDSO) return undefined;
  try {
    const fd = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(length);
      return readSync(fd, bytes, 0, length, start) === length ? bytes : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** A broken table is as good as none: the address is then shown without a name. */
function tableOrNone<Table>(read: () => Table | undefined): Table | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}
