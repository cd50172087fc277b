import type { Image } from "../image.ts";
import type { DebugObject } from "./debug-object.ts";
import { EntrySearch } from "./entry-search.ts";

/** The searches of one process's objects, each made when first asked for. */
export class EntrySearches {
  readonly #searches = new Map<DebugObject, EntrySearch>();

  /** Undefined where there is no debug info. */
  of(image: Image): EntrySearch | undefined {
    const debug = image.object.dwarf();
    if (debug === undefined || debug.dwarf === 0) return undefined;
    const known = this.#searches.get(debug);
    if (known !== undefined) return known;
    const search = new EntrySearch(debug);
    this.#searches.set(debug, search);
    return search;
  }
}
