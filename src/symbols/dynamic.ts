import type { ByteSource } from "./byte-source.ts";
import { type ElfHeader, type ElfSection, readExactly } from "./elf-headers.ts";
import { stringAt } from "./string-table.ts";

/** What `.dynamic` tells the dynamic linker of an object. */
export interface DynamicFacts {
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  /** Linked with -Bsymbolic: the object's own references go to its own definitions. */
  readonly symbolic: boolean;
}

const SHT_DYNAMIC = 6;
const DT_NEEDED = 1;
const DT_SONAME = 14;
const DT_SYMBOLIC = 16;
const DT_FLAGS = 30;
const DF_SYMBOLIC = 2;
const MAX_DYNAMIC = 1 << 20;
const MAX_NEEDED = 1 << 10;

export function readDynamic(
  source: ByteSource,
  header: ElfHeader,
  sections: readonly ElfSection[],
): DynamicFacts {
  const section = sections.find((it) => it.type === SHT_DYNAMIC);
  const strings = sections[section?.link ?? 0];
  if (section === undefined || strings === undefined || section.size > MAX_DYNAMIC) {
    return { needed: [], soname: undefined, symbolic: false };
  }
  const view = readExactly(source, section.offset, section.size, ".dynamic");
  const entries = dynamicEntries(view, header);
  const namesOf = (tag: number) =>
    entries
      .filter((it) => it.tag === tag)
      .slice(0, MAX_NEEDED)
      .map((it) => stringAt(source, strings, it.value));
  return {
    needed: namesOf(DT_NEEDED),
    soname: namesOf(DT_SONAME)[0],
    symbolic: entries.some(
      (it) => it.tag === DT_SYMBOLIC || (it.tag === DT_FLAGS && (it.value & DF_SYMBOLIC) !== 0),
    ),
  };
}

/** Tags and values that fit a number; the others are addresses, which are not asked for. */
function dynamicEntries(view: DataView, { layout, little }: ElfHeader) {
  const { word } = layout;
  const read = (at: number) =>
    word === 8 ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  return Array.from({ length: Math.floor(view.byteLength / (2 * word)) }, (_, i) => ({
    tag: read(i * 2 * word),
    value: read(i * 2 * word + word),
  }));
}
