import type { CodeExtent } from "../code-extent.ts";
import { demangle } from "./demangle.ts";
import type { Die } from "./die.ts";
import { entryNames, linkageName } from "./die-names.ts";
import { DW_TAG_inlined_subroutine, DW_TAG_subprogram } from "./dwarf-constants.ts";
import type { Entry, EntrySearch } from "./entry-search.ts";
import { comesFrom, sourceOf } from "./entry-source.ts";
import { lastPart, namesMatch, withoutArguments, withoutParameters } from "./name-match.ts";

/** What debug info says of a function: its code, and where it is declared. */
export interface DescribedFunction {
  /** As the linker numbers addresses; as DWARF has them, without the debug object's bias. */
  readonly extents: readonly CodeExtent[];
  /** `conn.c:12`; undefined where nothing says. */
  readonly source: string | undefined;
}

export interface SoughtFunction {
  /** Its whole name or the end of it, with parameters and template arguments or without. */
  readonly name: string;
  /** The source file that it is of. */
  readonly file?: string;
}

/** Beyond that a name means nothing. */
const MAX_ENTRIES = 1 << 14;

/**
 * The functions of a name. An entry that bears it is the root of others: the definition of what is
 * declared in a class, the code of what is also inlined, each copy that is inlined somewhere.
 */
export function describedFunctions(
  search: EntrySearch,
  sought: SoughtFunction,
): readonly DescribedFunction[] {
  const last = withoutArguments(lastPart(withoutParameters(sought.name)));
  const roots = [...search.named(last), ...search.instancesNamed(last)];
  return roots
    .filter((it) => isMeant(it, sought))
    .map((root) => ({ source: sourceOf(root.die), extents: extentsOf(search, root) }))
    .filter(({ extents }) => extents.length > 0);
}

function isMeant(entry: Entry, { name, file }: SoughtFunction): boolean {
  const { die, parents } = entry;
  if (die.tag !== DW_TAG_subprogram) return false;
  if (file !== undefined && !comesFrom(die, parents, file)) return false;
  const wanted = withoutParameters(name);
  // Parameters are in the linker's name alone.
  if (wanted !== name) return namesMatch(demangle(linkageName(die) ?? ""), name);
  const exact = wanted.includes("<");
  return entryNames(entry).some((it) => namesMatch(exact ? it : withoutArguments(it), wanted));
}

function extentsOf(search: EntrySearch, root: Entry): readonly CodeExtent[] {
  const seen = new Set<bigint>();
  const open = [root];
  const extents: CodeExtent[] = [];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { die } = entry;
    const place = die.raw[0] ?? 0n;
    if (seen.has(place) || seen.size > MAX_ENTRIES) continue;
    seen.add(place);
    extents.push(...die.ranges());
    for (const it of search.referringTo(entry)) if (isInstanceOf(it.die, die)) open.push(it);
  }
  return extents;
}

function isInstanceOf(it: Die, origin: Die): boolean {
  const { tag } = it;
  if (tag !== DW_TAG_subprogram && tag !== DW_TAG_inlined_subroutine) return false;
  return it.origin()?.raw[0] === origin.raw[0];
}
