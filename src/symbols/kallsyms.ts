import { readFileSync } from "node:fs";
import { type AddressColumns, addressAt, newColumns } from "./address-order.ts";
import type { CodeExtent } from "./code-extent.ts";
import { RangeIndex } from "./range-index.ts";
import { leadingUnderscores } from "./symbol-table.ts";

export interface KernelSymbol {
  readonly name: string;
  readonly address: bigint;
  /** `nf_tables`, `bpf`; undefined of the kernel proper. */
  readonly module: string | undefined;
}

/** Where the names end, the floor of an address is no longer its function. */
const LONGEST_SYMBOL = 1n << 20n;
const [TAB, NEWLINE, SPACE] = [0x09, 0x0a, 0x20];
/** Text, global or local, and weak. */
const CODE_TYPES = new Set(["T", "t", "W", "w"]);
const NAME_ENDS = new Set([NEWLINE, TAB, 0x2e]);
const MODULE = /^\[(.*)\]$/;

/** /proc/kallsyms. The text stays as it is; a name is decoded when it is asked for. */
export class Kallsyms {
  /** Why there are no names, or undefined if there are. */
  readonly unavailable: string | undefined;
  readonly #text: Buffer;
  readonly #addresses: AddressColumns;
  /** Where in the text a line's name starts. */
  readonly #names: Uint32Array;
  readonly #index: RangeIndex;

  constructor(text: Uint8Array) {
    this.#text = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    const lines = countLines(this.#text);
    this.#addresses = newColumns(lines);
    this.#names = new Uint32Array(lines);
    const rows = this.#parse();
    this.#index = new RangeIndex(this.#addresses, new Float64Array(lines), rows);
    if (rows.length === 0) {
      this.unavailable =
        lines === 0
          ? "/proc/kallsyms is empty: this kernel was built without CONFIG_KALLSYMS"
          : "/proc/kallsyms shows no addresses: needs CAP_SYSLOG, or kernel.kptr_restrict = 0";
    }
  }

  static read(path = "/proc/kallsyms"): Kallsyms {
    try {
      return new Kallsyms(readFileSync(path));
    } catch {
      return new Kallsyms(new Uint8Array());
    }
  }

  get length(): number {
    return this.#names.length;
  }

  /** The symbol that `address` is in or behind. */
  lookup(anyAddress: bigint): KernelSymbol | undefined {
    const address = BigInt.asUintN(64, anyAddress);
    const [first, ...others] = this.#index.nearestBelow(address).map((row) => this.#symbol(row));
    if (first === undefined || address - first.address >= LONGEST_SYMBOL) return undefined;
    const best = others.reduce((a, b) => (b.rank > a.rank ? b : a), first);
    if (best.name === "_end") return undefined;
    return { name: best.name, address: best.address, module: best.module };
  }

  /** Functions of this name, and what compilers made of them besides; each ends where the next begins. */
  codeOf(name: string): readonly CodeExtent[] {
    const text = this.#text;
    const found: CodeExtent[] = [];
    const needle = ` ${name}`;
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
      const isWhole = NAME_ENDS.has(text[at + needle.length] ?? NEWLINE);
      const isCode = CODE_TYPES.has(String.fromCharCode(text[at - 1] ?? 0));
      const start = isWhole && isCode ? this.#addressIn(at) : 0n;
      if (start !== 0n) found.push({ start, end: this.#nextAfter(start) });
    }
    return found;
  }

  /** The address of the line of which this is a part. */
  #addressIn(at: number): bigint {
    const start = this.#text.lastIndexOf(NEWLINE, at) + 1;
    const [digits = ""] = this.#text.toString("latin1", start, at).split(" ");
    return /^[0-9a-f]+$/.test(digits) ? BigInt(`0x${digits}`) : 0n;
  }

  #nextAfter(start: bigint): bigint {
    let next = start + LONGEST_SYMBOL;
    for (let row = 0; row < this.length; row += 1) {
      const address = addressAt(this.#addresses, row);
      if (address > start && address < next) next = address;
    }
    return next;
  }

  /** kernel: s_show() of kernel/kallsyms.c prints `address type name`, then a tab and `[module]`. */
  #parse(): Uint32Array {
    const text = this.#text;
    const { low, high } = this.#addresses;
    const rows = new Uint32Array(this.#names.length);
    let count = 0;
    for (let at = 0, row = 0; row < this.#names.length; row++) {
      const lineStart = at;
      let [upper, lower] = [0, 0];
      for (let digit = hexDigit(text[at]); digit >= 0; digit = hexDigit(text[++at])) {
        upper = ((upper << 4) | (lower >>> 28)) >>> 0;
        lower = ((lower << 4) | digit) >>> 0;
      }
      low[row] = lower;
      high[row] = upper;
      const isLine = at > lineStart && text[at] === SPACE && text[at + 2] === SPACE;
      this.#names[row] = at + 3;
      // All zeros means hidden, and per-CPU symbols are offsets: neither is a place.
      if (isLine && (upper !== 0 || lower !== 0) && !isAbsolute(text[at + 1])) rows[count++] = row;
      const end = text.indexOf(NEWLINE, at);
      at = end < 0 ? text.length : end + 1;
    }
    return rows.subarray(0, count);
  }

  #symbol(row: number): KernelSymbol & { readonly rank: number } {
    const start = this.#names[row] ?? 0;
    const newline = this.#text.indexOf(NEWLINE, start);
    const line = this.#text.toString("latin1", start, newline < 0 ? undefined : newline);
    const [name = "", module = ""] = line.split(String.fromCharCode(TAB));
    const isGlobal = (this.#text[start - 2] ?? 0) < 0x60;
    return {
      name,
      address: addressAt(this.#addresses, row),
      module: MODULE.exec(module)?.[1],
      rank: (isGlobal ? 16 : 0) - leadingUnderscores(name),
    };
  }
}

function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) lines++;
  return text.length > 0 && text.at(-1) !== NEWLINE ? lines + 1 : lines;
}

function isAbsolute(type: number | undefined): boolean {
  return type === 0x41 || type === 0x61;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}
