import { type AddressColumns, addressAt, newColumns } from "./address-order.ts";
import type { ByteSource } from "./byte-source.ts";
import { ElfError } from "./elf-error.ts";
import { type ElfHeader, type ElfSection, readExactly } from "./elf-headers.ts";
import { RangeIndex } from "./range-index.ts";
import { placesOfName, plainNamesOf, stringAt, stringsWith } from "./string-table.ts";

const TYPES = { 0: "notype", 1: "object", 2: "func", 6: "tls", 10: "ifunc" } as const;
const BINDINGS = { 0: "local", 1: "global", 2: "weak", 10: "unique" } as const;

export type SymbolType = (typeof TYPES)[keyof typeof TYPES];
export type SymbolBinding = (typeof BINDINGS)[keyof typeof BINDINGS];

export interface ElfSymbol {
  /** As it stands in the table: mangled, and in `.symtab` perhaps with `@VERSION` behind. */
  readonly name: string;
  /** The linker's address; of a `tls` symbol its offset in the thread's block. */
  readonly value: bigint;
  readonly size: number;
  readonly type: SymbolType;
  readonly binding: SymbolBinding;
  /** STV_PROTECTED: the object's own references are not to be interposed. */
  readonly protected: boolean;
  /** SHN_ABS: a number rather than a place, so the load bias is not added. */
  readonly absolute: boolean;
  readonly section: number;
  /** The row in the table, by which `.gnu.version` goes. */
  readonly row: number;
}

const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;
const STV_PROTECTED = 3;
const STT_FUNC = 2;
const STT_TLS = 6;
const EM_ARM = 40;
const SHF_EXECINSTR = 4n;
const MAX_SYMBOLS = 1 << 23;
const ROWS_PER_READ = 1 << 15;

/**
 * `.symtab` or `.dynsym` in columns, one row a symbol. Nothing is sorted until an address is asked
 * for, and no name is decoded until one is.
 */
export class SymbolTable {
  readonly length: number;
  readonly #source: ByteSource;
  readonly #strings: ElfSection;
  readonly #sections: readonly ElfSection[];
  readonly #values: AddressColumns;
  readonly #sizes: Float64Array;
  readonly #names: Uint32Array;
  readonly #places: Uint16Array;
  readonly #infos: Uint8Array;
  readonly #visibilities: Uint8Array;
  #index: RangeIndex | undefined;

  constructor(
    source: ByteSource,
    header: ElfHeader,
    table: ElfSection,
    sections: readonly ElfSection[],
  ) {
    const { size } = header.layout.symbol;
    const strings = sections[table.link];
    if (strings === undefined || table.link === 0) {
      throw new ElfError(source.path, `${table.name} without a string table`, table.offset);
    }
    if (table.entsize !== size) {
      throw new ElfError(source.path, `symbols of ${table.entsize} bytes`, table.offset);
    }
    this.length = Math.floor(table.size / size);
    if (this.length > MAX_SYMBOLS || table.offset + table.size > source.size) {
      throw new ElfError(source.path, `${table.name} of ${table.size} bytes`, table.offset);
    }
    this.#source = source;
    this.#strings = strings;
    this.#sections = sections;
    this.#values = newColumns(this.length);
    this.#sizes = new Float64Array(this.length);
    this.#names = new Uint32Array(this.length);
    this.#places = new Uint16Array(this.length);
    this.#infos = new Uint8Array(this.length);
    this.#visibilities = new Uint8Array(this.length);
    for (let row = 0; row < this.length; row += ROWS_PER_READ) {
      const rows = Math.min(ROWS_PER_READ, this.length - row);
      const at = table.offset + row * size;
      this.#fill(row, readExactly(source, at, rows * size, table.name), header);
    }
  }

  /** The symbol at `address`, as the linker numbers addresses. */
  lookup(address: bigint): ElfSymbol | undefined {
    this.#index ??= new RangeIndex(this.#values, this.#sizes, this.#rowsWhere(this.#isPlace));
    const containing: number[] = [];
    for (const row of this.#index.containing(address)) {
      const first = containing[0] ?? row;
      if (addressAt(this.#values, row) !== addressAt(this.#values, first)) break;
      containing.push(row);
    }
    if (containing.length > 0) return this.#best(containing);
    const labels = this.#index.nearestBelow(address).filter((row) => this.#reaches(row, address));
    return this.#best(labels);
  }

  /** All symbols of this name, whatever their version. */
  named(name: string): ElfSymbol[] {
    const places = placesOfName(this.#source, this.#strings, name);
    if (places.size === 0) return [];
    const rows = this.#rowsWhere((row) => this.#isNamed(row) && places.has(this.#names[row] ?? 0));
    return Array.from(rows, (row) => this.#symbol(row));
  }

  /** The names of C++ and of Rust that have this last part, mangled; some may be undefined here. */
  mangledWith(part: string): Set<string> {
    // Both write a part of a name behind its length in bytes.
    const written = `${Buffer.byteLength(part)}${part}`;
    return stringsWith(this.#source, this.#strings, { start: "_Z", part: written });
  }

  /** What compilers made of a function besides: `f.cold`, `f.part.0`, `f.constprop.0`. */
  partsOf(name: string): Set<string> {
    const start = `${name}.`;
    return stringsWith(this.#source, this.#strings, { start, part: start });
  }

  /** Every name that something defined here bears, without versions. */
  *names(): Generator<string> {
    const text = plainNamesOf(this.#source, this.#strings);
    if (text === undefined) return;
    for (const row of this.#rowsWhere(this.#isNamed)) yield text(this.#names[row] ?? 0);
  }

  *symbols(): Generator<ElfSymbol> {
    for (const row of this.#rowsWhere(this.#isNamed)) yield this.#symbol(row);
  }

  #fill(firstRow: number, view: DataView, { layout, little, machine }: ElfHeader): void {
    const { size, info, other, shndx, value, length } = layout.symbol;
    const wide = layout.word === 8;
    const [lowPart, highPart] = little ? [0, 4] : [4, 0];
    const { low, high } = this.#values;
    for (let at = 0, row = firstRow; at < view.byteLength; at += size, row++) {
      const infoByte = view.getUint8(at + info);
      // On ARM an odd function address says "Thumb"; the code starts at the even one.
      const thumb = machine === EM_ARM && (infoByte & 0xf) === STT_FUNC ? 1 : 0;
      const lowValue = view.getUint32(at + value + (wide ? lowPart : 0), little);
      const lowSize = view.getUint32(at + length + (wide ? lowPart : 0), little);
      low[row] = lowValue - (lowValue & thumb);
      if (wide) high[row] = view.getUint32(at + value + highPart, little);
      const highSize = wide ? view.getUint32(at + length + highPart, little) : 0;
      this.#sizes[row] = highSize * 2 ** 32 + lowSize;
      this.#names[row] = view.getUint32(at, little);
      this.#places[row] = view.getUint16(at + shndx, little);
      this.#infos[row] = infoByte;
      this.#visibilities[row] = view.getUint8(at + other) & 3;
    }
  }

  #symbol(row: number): ElfSymbol {
    return {
      name: stringAt(this.#source, this.#strings, this.#names[row] ?? 0),
      value: addressAt(this.#values, row),
      size: this.#sizes[row] ?? 0,
      type: lookIn(TYPES, (this.#infos[row] ?? 0) & 0xf) ?? "notype",
      binding: lookIn(BINDINGS, (this.#infos[row] ?? 0) >> 4) ?? "local",
      protected: this.#visibilities[row] === STV_PROTECTED,
      absolute: this.#places[row] === SHN_ABS,
      section: this.#places[row] ?? 0,
      row,
    };
  }

  /** Of several symbols at one address the one that a reader would use: typed, exported, plain. */
  #best(rows: readonly number[]): ElfSymbol | undefined {
    const [first, ...others] = rows.map((row) => this.#symbol(row));
    if (first === undefined) return undefined;
    return others.reduce((best, it) => (compareFitness(it, best) > 0 ? it : best), first);
  }

  /** A symbol without a size ends where the next begins, but only code is labelled that way. */
  #reaches(row: number, address: bigint): boolean {
    if (this.#sizes[row] !== 0) return false;
    const start = addressAt(this.#values, row);
    if (start === address) return true;
    const section = this.#sections[this.#places[row] ?? 0];
    if (section === undefined || (section.flags & SHF_EXECINSTR) === 0n) return false;
    return address < section.addr + BigInt(Math.min(section.size, Number.MAX_SAFE_INTEGER));
  }

  #rowsWhere(test: (row: number) => boolean): Uint32Array {
    const rows = new Uint32Array(this.length);
    let count = 0;
    for (let row = 0; row < this.length; row++) if (test(row)) rows[count++] = row;
    return rows.subarray(0, count);
  }

  /** Defined, and neither a section nor a source file. */
  readonly #isNamed = (row: number): boolean =>
    this.#places[row] !== SHN_UNDEF &&
    this.#names[row] !== 0 &&
    lookIn(TYPES, (this.#infos[row] ?? 0) & 0xf) !== undefined;

  readonly #isPlace = (row: number): boolean =>
    this.#isNamed(row) &&
    this.#places[row] !== SHN_ABS &&
    ((this.#infos[row] ?? 0) & 0xf) !== STT_TLS;
}

function compareFitness(a: ElfSymbol, b: ElfSymbol): number {
  return (
    Number(a.type !== "notype") - Number(b.type !== "notype") ||
    Number(a.binding !== "local") - Number(b.binding !== "local") ||
    leadingUnderscores(b.name) - leadingUnderscores(a.name) ||
    Number(a.binding === "global") - Number(b.binding === "global")
  );
}

export function leadingUnderscores(name: string): number {
  return /^_*/.exec(name)?.[0].length ?? 0;
}

function lookIn<T>(table: Readonly<Record<number, T>>, key: number): T | undefined {
  return table[key];
}
