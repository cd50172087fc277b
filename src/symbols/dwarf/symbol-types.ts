import type { Image } from "../image.ts";
import type { LoadedProcess } from "../loaded-process.ts";
import type { NamedAddress } from "../named-address.ts";
import type { Die } from "./die.ts";
import { entryNames } from "./die-names.ts";
import { DW_TAG_variable } from "./dwarf-constants.ts";
import type { Entry } from "./entry-search.ts";
import type { EntrySearches } from "./entry-searches.ts";
import { sourceOf } from "./entry-source.ts";
import type { FoundVariable } from "./found-variable.ts";
import { lastPart, namesMatch } from "./name-match.ts";
import { sizeOf } from "./type-size.ts";
import { variablePlace } from "./variable-place.ts";

/** Finds in debug info what the symbol table has found already: its type, and where it is declared. */
export class SymbolTypes {
  readonly #process: LoadedProcess;
  readonly #searches: EntrySearches;

  constructor(process: LoadedProcess, searches: EntrySearches) {
    this.#process = process;
    this.#searches = searches;
  }

  typed({ address, size, symbol, path, type }: NamedAddress): FoundVariable {
    const { images } = this.#process;
    const holds = (it: Image) => it.object.path === path && isIn(it, address);
    const image = images.find(holds) ?? images[0];
    if (image === undefined) throw new TypeError("a name was found in no image");
    const isFunction = type === "func" || type === "ifunc";
    const die = isFunction ? undefined : this.variableAt(image, { address, size, symbol });
    return {
      address,
      size: size === 0 ? sizeOf(die?.type()) : size,
      type: die?.type(),
      isFunction,
      name: symbol,
      image,
      source: die === undefined ? undefined : sourceOf(die),
    };
  }

  variableAt(
    image: Image,
    { address, size, symbol }: { address: bigint; size: number; symbol: string },
  ): Die | undefined {
    const search = this.#searches.of(image);
    const own = address - image.bias;
    const bias = image.object.dwarf()?.bias ?? 0n;
    const isThere = ({ die }: Entry) => {
      const place = variablePlace(die, bias);
      return place.kind === "static" && place.address === own && die.type() !== undefined;
    };
    const there = [...(search?.at(own - bias) ?? [])].filter(isThere);
    const exact = there.find(({ die }) => die.name === lastPart(symbol)) ?? there[0];
    if (exact !== undefined) return exact.die;
    // A place given by an index, or a copy of a library's variable, which the library describes.
    const fits = ({ die }: Entry) =>
      die.tag === DW_TAG_variable && variablePlace(die, bias).kind !== "none";
    for (const it of [image, ...this.#process.images.filter((other) => other !== image)]) {
      const all = [...(this.#searches.of(it)?.named(lastPart(symbol)) ?? [])].filter(fits);
      // Another variable of this name in this object lies elsewhere, and is not meant.
      const best =
        (it === image ? all.find(isThere) : undefined) ??
        all.find(
          (entry) =>
            (it !== image || variablePlace(entry.die, bias).kind === "declared") &&
            entryNames(entry).some((name) => namesMatch(name, symbol)) &&
            sizeOf(entry.die.type()) === size,
        );
      if (best !== undefined) return best.die;
    }
    return undefined;
  }
}

function isIn(image: Image, address: bigint): boolean {
  return image.ranges.some(({ start, end }) => start <= address && address < end);
}
