import { ElfError } from "./elf-error.ts";
import type { Image } from "./image.ts";
import { withoutVersion } from "./string-table.ts";
import type { ElfSymbol, SymbolBinding, SymbolType } from "./symbol-table.ts";

/** One place in a process that bears a name. */
export interface Definition {
  readonly image: Image;
  readonly name: string;
  /** Where it is; of a `tls` symbol its offset in the thread's block. */
  readonly address: bigint;
  readonly size: number;
  readonly type: SymbolType;
  readonly binding: SymbolBinding;
  /** The dynamic linker sees it. */
  readonly exported: boolean;
  readonly protected: boolean;
  readonly version: string | undefined;
  /** Kept for programs that were linked to it long ago; nothing new binds to it. */
  readonly hidden: boolean;
}

/** `name` or `name@VERSION` in one image: each place once, old versions only if they are asked for. */
export function definitionsOf(image: Image, name: string): Definition[] {
  const plain = withoutVersion(name);
  const wanted = name.slice(plain.length).replace(/^@+/, "");
  const { object } = image;
  const exported =
    object
      .dynsym()
      ?.named(plain)
      .map((it) => fromDynsym(image, it)) ?? [];
  const all =
    object
      .symtab()
      ?.named(plain)
      .map((it) => fromSymtab(image, it)) ?? [];
  // The dynamic entry comes first: it knows that it is exported, and as which version.
  const places = [...Map.groupBy([...exported, ...all], (it) => it.address).values()].flatMap(
    ([first]) => first ?? [],
  );
  if (wanted !== "") return places.filter((it) => it.version === wanted);
  const current = places.filter((it) => !it.hidden);
  return current.length > 0 ? current : places;
}

function fromDynsym(image: Image, symbol: ElfSymbol): Definition {
  const { name, hidden } = versionOf(image, symbol.row);
  return { ...found(image, symbol), exported: symbol.binding !== "local", version: name, hidden };
}

/** In .symtab the linker writes `name@@CURRENT` and `name@OLD`. */
function fromSymtab(image: Image, symbol: ElfSymbol): Definition {
  const version = symbol.name.slice(withoutVersion(symbol.name).length);
  return {
    ...found(image, symbol),
    exported: false,
    version: version.replace(/^@+/, "") || undefined,
    hidden: version !== "" && !version.startsWith("@@"),
  };
}

function found(image: Image, symbol: ElfSymbol) {
  const isPlace = symbol.type !== "tls" && !symbol.absolute;
  return {
    image,
    name: withoutVersion(symbol.name),
    address: isPlace ? BigInt.asUintN(64, symbol.value + image.bias) : symbol.value,
    size: symbol.size,
    type: symbol.type,
    binding: symbol.binding,
    protected: symbol.protected,
  };
}

function versionOf(image: Image, row: number) {
  try {
    return image.object.elf.version(row);
  } catch (error) {
    if (error instanceof ElfError) return { name: undefined, hidden: false };
    throw error;
  }
}

/** `libc.so.6`, `libc.so` and `libc` all mean libc.so.6; a name with a slash means that path. */
export function objectMatches({ object }: Image, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (wanted.includes("/")) return object.path === wanted;
  if (object.name === wanted || object.name === `[${wanted}]`) return true;
  const unversioned = /^(.*?\.so)(?:\.|$)/.exec(object.name)?.[1];
  if (unversioned === undefined) return false;
  return (
    unversioned === wanted || unversioned === `${wanted}.so` || isVersionOf(object.name, wanted)
  );
}

/** `libfoo-2.31.so` as `libfoo`: the older way to number libraries. */
function isVersionOf(name: string, wanted: string): boolean {
  const tail = name.startsWith(`${wanted.replace(/\.so$/, "")}-`)
    ? name.slice(wanted.replace(/\.so$/, "").length)
    : "";
  return /^-[0-9.]+\.so(\.|$)/.test(tail);
}
