import type { Image } from "../image.ts";
import type { LoadedProcess } from "../loaded-process.ts";
import type { Die } from "./die.ts";
import { entryNames, qualifiedName } from "./die-names.ts";
import {
  DW_AT_declaration,
  DW_TAG_base_type,
  DW_TAG_enumeration_type,
  DW_TAG_typedef,
} from "./dwarf-constants.ts";
import type { EntrySearches } from "./entry-searches.ts";
import { isAggregate } from "./members.ts";
import { lastPart, namesMatch } from "./name-match.ts";

/** Structs and unions are told by `isAggregate`. */
const TYPE_TAGS = new Set([DW_TAG_typedef, DW_TAG_base_type, DW_TAG_enumeration_type]);

/** Finds types by name in the debug info of a process. */
export class TypeFinder {
  readonly #process: LoadedProcess;
  readonly #searches: EntrySearches;

  constructor(process: LoadedProcess, searches: EntrySearches) {
    this.#process = process;
    this.#searches = searches;
  }

  /** The full definition of a struct that is only declared where it is used. */
  complete(aggregate: Die, image: Image): Die {
    const name = qualifiedName(aggregate);
    if (!aggregate.has(DW_AT_declaration) || name === undefined) return aggregate;
    for (const type of this.#named(name, image)) if (type.tag === aggregate.tag) return type;
    return aggregate;
  }

  /** The type of a name: a struct, union, enum, typedef or base type. */
  named(name: string): { readonly type: Die; readonly image: Image } | undefined {
    for (const image of programFirst(this.#process)) {
      const [type] = this.#named(name, image);
      if (type !== undefined) return { type, image };
    }
    return undefined;
  }

  *#named(name: string, near: Image): Generator<Die> {
    const others = programFirst(this.#process).filter((it) => it !== near);
    for (const image of [near, ...others]) {
      for (const entry of this.#searches.of(image)?.named(lastPart(name)) ?? []) {
        const { die } = entry;
        const isType = isAggregate(die) || TYPE_TAGS.has(die.tag);
        if (!isType || die.has(DW_AT_declaration)) continue;
        if (entryNames(entry).some((it) => namesMatch(it, name))) yield die;
      }
    }
  }
}

/** The program is likelier to be meant than a library. */
export function programFirst({ images, scope }: LoadedProcess): readonly Image[] {
  return images.toSorted((a, b) => Number(b === scope.program) - Number(a === scope.program));
}
