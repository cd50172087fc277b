import { asVa, err, ok, type Pid, type Result, type Va } from "../../base/index.ts";
import { objectMatches } from "../definitions.ts";
import type { Image } from "../image.ts";
import { LoadedProcess } from "../loaded-process.ts";
import type { NameFailure } from "../named-address.ts";
import { withoutVersion } from "../string-table.ts";
import { demangle } from "./demangle.ts";
import { entryName } from "./die-names.ts";
import { DW_TAG_variable } from "./dwarf-constants.ts";
import { EntrySearch } from "./entry-search.ts";
import { comesFrom, sourceOf } from "./entry-source.ts";
import { globOf } from "./glob.ts";
import { nameOfType } from "./read-type.ts";
import { sizeOf } from "./type-size.ts";
import { variablePlace } from "./variable-place.ts";

/** A variable that can be watched by its name. */
export interface ListedVariable {
  readonly name: string;
  readonly address: Va;
  /** In bytes; 0 where nothing says. */
  readonly size: number;
  /** As the source writes it; undefined without debug info. */
  readonly type: string | undefined;
  /** The base name of the object that it is in. */
  readonly object: string;
  /** `conn.c:12`. */
  readonly source: string | undefined;
}

export interface ListQuery {
  /** An object, or a source file. */
  readonly object?: string;
  /** `*` stands for any characters, `?` for one; a name without them must be the whole or its end. */
  readonly pattern: string;
}

/** The variables of a process whose names fit, those of the program first, by name. */
export function listVariables(
  pid: Pid,
  { object, pattern }: ListQuery,
  { proc = "/proc" }: { readonly proc?: string } = {},
): Result<readonly ListedVariable[], NameFailure> {
  const loaded = LoadedProcess.open(pid, proc);
  if (!loaded.ok) return err(loaded.error);
  using process = loaded.value;
  const { images, scope } = process;
  const asked = images.filter((it) => objectMatches(it, object));
  const fits = globOf(pattern);
  const wish = object === undefined || asked.length > 0 ? { fits } : { fits, file: object };
  const searched = (asked.length > 0 ? asked : images).toSorted(
    (a, b) => Number(b === scope.program) - Number(a === scope.program),
  );
  return ok(searched.flatMap((it) => variablesOf(it, wish)));
}

interface Wish {
  readonly fits: (name: string) => boolean;
  readonly file?: string;
}

function variablesOf(image: Image, wish: Wish): ListedVariable[] {
  const described = describedVariables(image, wish);
  const others = wish.file === undefined ? symbolsOf(image, wish, described) : [];
  const all = [...described.values(), ...others];
  return all.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** What debug info knows, by address. */
function describedVariables(image: Image, { fits, file }: Wish): Map<bigint, ListedVariable> {
  const found = new Map<bigint, ListedVariable>();
  const debug = image.object.dwarf();
  if (debug === undefined || debug.dwarf === 0) return found;
  const [first, last] = bounds(image);
  const search = new EntrySearch(debug);
  for (const entry of search.between(first - debug.bias, last - debug.bias)) {
    const { die, parents } = entry;
    if (die.tag !== DW_TAG_variable) continue;
    if (file !== undefined && !comesFrom(die, parents, file)) continue;
    const place = variablePlace(die, debug.bias);
    const name = entryName(entry);
    if (place.kind !== "static" || name === undefined || !fits(name)) continue;
    const address = asVa(place.address + image.bias);
    const type = die.type();
    found.set(address, {
      name,
      address,
      size: sizeOf(type),
      type: nameOfType(type),
      object: image.object.name,
      source: sourceOf(die),
    });
  }
  return found;
}

/** What only the symbol table knows. */
function symbolsOf(
  image: Image,
  { fits }: Wish,
  described: ReadonlyMap<bigint, ListedVariable>,
): ListedVariable[] {
  const { object, bias } = image;
  const found = new Map<bigint, ListedVariable>();
  for (const symbol of (object.symtab() ?? object.dynsym())?.symbols() ?? []) {
    const address = asVa(symbol.value + bias);
    if (symbol.type !== "object" || symbol.size === 0) continue; // labels of the linker have no size
    if (described.has(address) || found.has(address)) continue;
    const plain = withoutVersion(symbol.name);
    const name = demangle(plain) ?? plain;
    if (!fits(name)) continue;
    const { size } = symbol;
    found.set(address, {
      name,
      address,
      size,
      type: undefined,
      object: object.name,
      source: undefined,
    });
  }
  return [...found.values()];
}

/** From the first to behind the last address of an image, as the linker numbers them. */
function bounds({ ranges, bias }: Image): readonly [bigint, bigint] {
  const byStart = ranges.toSorted((a, b) => (a.start < b.start ? -1 : 1));
  const byEnd = ranges.toSorted((a, b) => (a.end < b.end ? -1 : 1));
  return [(byStart[0]?.start ?? 0n) - bias, (byEnd.at(-1)?.end ?? 0n) - bias];
}
