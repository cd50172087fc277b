/** For the tests of this room: ELF files made by hand, of any class and byte order. */
export interface BuiltSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly size: number;
  readonly type: number;
  readonly binding: number;
  readonly section: number;
}

export interface Shape {
  readonly bits: 32 | 64;
  readonly little: boolean;
  readonly machine?: number;
}

export interface BuiltSegment {
  readonly flags: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
}

/** An ELF64 file that has nothing but PT_LOAD program headers. */
export function buildSegments(segments: readonly BuiltSegment[]): Buffer {
  const header = buildElf([], { bits: 64, little: true });
  const bytes = Buffer.concat([header, Buffer.alloc(segments.length * 56)]);
  bytes.writeBigUInt64LE(BigInt(header.length), 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(segments.length, 56);
  for (const [i, it] of segments.entries()) {
    const at = header.length + i * 56;
    bytes.writeUInt32LE(1, at);
    bytes.writeUInt32LE(it.flags, at + 4);
    bytes.writeBigUInt64LE(it.offset, at + 8);
    bytes.writeBigUInt64LE(it.vaddr, at + 16);
    bytes.writeBigUInt64LE(it.filesz, at + 32);
    bytes.writeBigUInt64LE(it.memsz, at + 40);
  }
  return bytes;
}

const TEXT_BASE = 0x1000n;

/** Sections: 1 `.text` (executable, from 0x1000 on), 2 `.data`, 3 `.symtab`, 4 `.strtab`, 5 `.shstrtab`. */
export function buildElf(symbols: readonly BuiltSymbol[], { bits, little, machine = 62 }: Shape) {
  const wide = bits === 64;
  const sizes = wide
    ? { header: 64, section: 64, symbol: 24 }
    : { header: 52, section: 40, symbol: 16 };
  const strings = stringTable(symbols.map((it) => it.name));
  const names = stringTable([".text", ".data", ".symtab", ".strtab", ".shstrtab"]);
  const symtabSize = (symbols.length + 1) * sizes.symbol;
  const strtabAt = sizes.header + symtabSize;
  const namesAt = strtabAt + strings.bytes.length;
  const sectionsAt = Math.ceil((namesAt + names.bytes.length) / 8) * 8;
  const bytes = Buffer.alloc(sectionsAt + 6 * sizes.section);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number, value: number) => view.setUint16(at, value, little);
  const u32 = (at: number, value: number) => view.setUint32(at, value, little);
  const word = (at: number, value: bigint) =>
    wide ? view.setBigUint64(at, value, little) : u32(at, Number(value));

  bytes.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2, 1]);
  u16(16, 3);
  u16(18, machine);
  word(wide ? 40 : 32, BigInt(sectionsAt));
  for (const [at, value] of [sizes.section, 6, 5].entries()) u16((wide ? 58 : 46) + at * 2, value);

  for (const [i, it] of symbols.entries()) {
    const at = sizes.header + (i + 1) * sizes.symbol;
    u32(at, strings.offsets[i] ?? 0);
    const [value, size, info] = wide ? [8, 16, 4] : [4, 8, 12];
    word(at + value, it.value);
    word(at + size, BigInt(it.size));
    bytes[at + info] = (it.binding << 4) | it.type;
    u16(at + (wide ? 6 : 14), it.section);
  }
  bytes.set(strings.bytes, strtabAt);
  bytes.set(names.bytes, namesAt);

  const section = (
    i: number,
    fields: Record<"type" | "flags" | "at" | "size" | "link" | "entsize", number>,
    addr: bigint,
  ) => {
    const at = sectionsAt + i * sizes.section;
    u32(at, names.offsets[i - 1] ?? 0);
    u32(at + 4, fields.type);
    const offsets = wide ? [8, 16, 24, 32, 56] : [8, 12, 16, 20, 36];
    const values = [fields.flags, addr, fields.at, fields.size, fields.entsize];
    for (const [k, offset] of offsets.entries()) word(at + offset, BigInt(values[k] ?? 0));
    u32(at + (wide ? 40 : 24), fields.link);
  };
  const none = { flags: 0, link: 0, entsize: 0 };
  section(1, { ...none, type: 8, flags: 6, at: 0, size: 0x10000 }, TEXT_BASE);
  section(2, { ...none, type: 8, flags: 3, at: 0, size: 0x10000 }, TEXT_BASE + 0x10000n);
  section(
    3,
    { ...none, type: 2, at: sizes.header, size: symtabSize, link: 4, entsize: sizes.symbol },
    0n,
  );
  section(4, { ...none, type: 3, at: strtabAt, size: strings.bytes.length }, 0n);
  section(5, { ...none, type: 3, at: namesAt, size: names.bytes.length }, 0n);
  return bytes;
}

function stringTable(names: readonly string[]): { bytes: Buffer; offsets: number[] } {
  const pieces = names.map((it) => Buffer.from(`${it}\0`));
  const offsets: number[] = [];
  let at = 1;
  for (const piece of pieces) {
    offsets.push(at);
    at += piece.length;
  }
  return { bytes: Buffer.concat([Buffer.alloc(1), ...pieces]), offsets };
}
